import { ApiFailure, type Client, createClient } from "../../client/client.ts";
import { endSession, readToken } from "../session/session.ts";

export { contract } from "../../contract/index.ts";

const plain = createClient({ server: "", token: readToken });

/** The API of the server this page came from. A refused token ends the session, whatever was being asked. */
export const client: Client = {
  call: (endpoint, call, options) => guarded(() => plain.call(endpoint, call, options)),
  fetch: (endpoint, call, options) => guarded(() => plain.fetch(endpoint, call, options)),
  async *events(endpoint, call, options) {
    const token = readToken();
    try {
      yield* plain.events(endpoint, call, options);
    } catch (error) {
      endRefusedSession(error, token);
      throw error;
    }
  },
};

async function guarded<Result>(request: () => Promise<Result>): Promise<Result> {
  const token = readToken();
  try {
    return await request();
  } catch (error) {
    endRefusedSession(error, token);
    throw error;
  }
}

/** Only when the refused token is still the one in force: a slow answer must not end a newer session. */
function endRefusedSession(error: unknown, token: string | null): void {
  if (error instanceof ApiFailure && error.status === 401 && token !== null && token === readToken()) {
    endSession("ended");
  }
}
