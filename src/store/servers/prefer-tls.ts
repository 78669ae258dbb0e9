import type { ServerConnection } from "./connection-pool.ts";
import type { ServerAddress } from "./server-address.ts";
import { tlsOptionsOf } from "./tls.ts";
import { errorOf, type Trouble } from "./trouble.ts";

/** How one kind of server is connected to. */
export type Connecting = {
  connect(isTls: boolean): Promise<ServerConnection>;
  /** The server does not speak TLS. */
  isWithoutTls(error: unknown): boolean;
  troubleOf(error: unknown, server: string): Trouble | null;
};

/** With TLS where the address asks for it or the server has it (`prefer`). Throws StoreUnavailable when there is no way in. */
export async function connectAsAsked(address: ServerAddress, how: Connecting): Promise<ServerConnection> {
  try {
    return await connectOnce(address, how);
  } catch (error) {
    throw errorOf(how.troubleOf(error, address.place), error);
  }
}

async function connectOnce(address: ServerAddress, { connect, isWithoutTls }: Connecting): Promise<ServerConnection> {
  try {
    return await connect(tlsOptionsOf(address) !== null);
  } catch (error) {
    if (address.sslMode === "prefer" && isWithoutTls(error)) {
      return await connect(false);
    }
    throw error;
  }
}
