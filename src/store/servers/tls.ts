import type { ServerAddress } from "./server-address.ts";

/** How to speak TLS with the server; null to speak without. The modes mean what they mean to PostgreSQL's own programs. */
export type TlsOptions = {
  ca?: Buffer;
  /** The certificate must be signed by one that is trusted. */
  rejectUnauthorized: boolean;
  /** And be made for the host. */
  isNameChecked: boolean;
};

export function tlsOptionsOf({ sslMode, rootCertificates }: ServerAddress): TlsOptions | null {
  const ca = rootCertificates === null ? {} : { ca: rootCertificates };
  switch (sslMode) {
    case "disable":
      return null;
    case "prefer":
    case "require":
      return { ...ca, rejectUnauthorized: false, isNameChecked: false };
    case "verify-ca":
      return { ...ca, rejectUnauthorized: true, isNameChecked: false };
    case "verify-full":
      return { ...ca, rejectUnauthorized: true, isNameChecked: true };
  }
}
