import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";

/** How the bytes of a block are kept. */
export type EncodedBytes = { encoding: "raw" | "zstd"; bytes: Uint8Array };

/** At most so many bytes of output are one block. */
export const largestBlockBytes = 1024 * 1024;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
/** Below it, what is saved is less than what a row costs. */
const leastToCompress = 200;
/** The fastest level that still makes logs several times smaller; see docs/decisions. */
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Compresses, in the thread pool; what does not shrink stays as it is. */
export async function encodeBytes(data: Buffer): Promise<EncodedBytes> {
  if (data.length < leastToCompress) {
    return { encoding: "raw", bytes: data };
  }
  const compressed = await compress(data, options);
  return compressed.length < data.length ? { encoding: "zstd", bytes: compressed } : { encoding: "raw", bytes: data };
}

/** The bytes as the process wrote them. Fails when they are not as many as the block says. */
export async function decodeBytes({ encoding, bytes, length }: EncodedBytes & { length: number }): Promise<Buffer> {
  const data =
    encoding === "raw"
      ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : await decompress(bytes, { maxOutputLength: length });
  if (data.length !== length) {
    throw new Error(`A block of output has ${data.length} bytes where it should have ${length}.`);
  }
  return data;
}
