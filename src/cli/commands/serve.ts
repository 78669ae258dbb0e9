import type { Command } from "commander";
import type { Deps } from "../deps.ts";
import { addServerFlags, readServerFlags } from "../server-flags.ts";

const help = `
Every setting can come from a flag, from the environment, or from the configuration file, in this order;
"utm config" prints what is in force and whence. Stopping the server leaves its tasks running; the next
start takes them up again. With --drain it waits until they have ended, taking no new ones; a second signal
ends the waiting.

Exit code: 0 when it was stopped by a signal, 1 when it could not run, 2 for a wrong configuration.

Examples:
  utm serve
  utm serve --port 9000 --data-dir /var/lib/utm
  utm serve --drain
  HOST=0.0.0.0 UTM_REGISTRATION=approval utm serve
`;

export function declare(command: Command, deps: Deps): void {
  addServerFlags(command)
    .addHelpText("after", help)
    .action(async () => {
      // Only here: every other verb starts without the server's code.
      const { serve } = await import("../../server/serve.ts");
      deps.finish(await serve(readServerFlags(command, deps.env)));
    });
}
