import type { Command } from "commander";
import type { Deps } from "../deps.ts";
import { addServerFlags, readServerFlags } from "../server-flags.ts";

const help = `
A node of its own: it runs tasks that servers ("utm serve") on other machines take in. It needs the same
DATABASE_URL (PostgreSQL or MySQL) and REDIS_URL as they have, a name no other living node has, and a data
directory of its own. No port is opened. Stopping it leaves its tasks running; its next start takes them up
again.

Exit code: 0 when it was stopped by a signal, 1 when it could not run, 2 for a wrong configuration.

Examples:
  utm worker --slots 16
  utm worker --lanes default,night --node-name build-3
  DATABASE_URL=postgres://utm:secret@db/utm REDIS_URL=redis://queue utm worker
`;

export function declare(command: Command, deps: Deps): void {
  addServerFlags(command)
    .addHelpText("after", help)
    .action(async () => {
      // Only here: every other verb starts without the server's code.
      const { work } = await import("../../server/work.ts");
      deps.finish(await work(readServerFlags(command, deps.env)));
    });
}
