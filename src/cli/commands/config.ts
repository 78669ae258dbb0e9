import type { Command } from "commander";
import { settingsInForce } from "../../config/in-force.ts";
import { ConfigMistakes, type LoadedConfig, loadConfig } from "../../config/load.ts";
import { addConnectionOptions, type ConnectionFlags, resolveAddress } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { usageExitCode } from "../failure.ts";
import { loginFilePath } from "../login-file.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { type Column, renderTable } from "../print/table.ts";
import { addServerFlags, readServerFlags } from "../server-flags.ts";

export type ConfigOptions = { json?: boolean };

type Row = { setting: string; value: unknown; source: string };

const help = `
Shows what "utm serve" would use with this environment and these flags, and, below, which server the
other verbs talk to. Passwords are not shown.

Examples:
  utm config
  utm config --json | jq '.[] | select(.source != "default")'
  utm config --config /etc/utm.json
`;

export function declare(command: Command, deps: Deps): void {
  addServerFlags(command).option("--json", "print JSON").addHelpText("after", help);
  addConnectionOptions(command).action(async (options: ConfigOptions) => {
    deps.finish(await run(options, command, deps));
  });
}

/** Prints every setting with its value and where it came from; or, with a wrong configuration, all mistakes. */
export async function run(options: ConfigOptions, command: Command, deps: Deps): Promise<number> {
  let loaded: LoadedConfig;
  try {
    loaded = loadConfig(readServerFlags(command, deps.env));
  } catch (error) {
    if (!(error instanceof ConfigMistakes)) {
      throw error;
    }
    for (const mistake of error.mistakes) {
      tell(deps, mistake);
    }
    return usageExitCode;
  }
  const inForce = settingsInForce(loaded);
  const serverRows = inForce.map(({ name, value, source, file }) => {
    return { setting: name, value, source: file === null ? source : `file ${file}` };
  });
  const rows: Row[] = [...serverRows, ...(await clientRows(command, deps))];
  if (options.json === true) {
    printJson(deps, rows);
    return 0;
  }
  const unsetTexts = new Map(inForce.map((setting) => [setting.name, setting.default]));
  const cells = rows.map(({ setting, value, source }) => [
    { text: setting },
    { text: value === null ? (unsetTexts.get(setting) ?? "none") : String(value) },
    { text: source },
  ]);
  deps.stdout.write(renderTable(columns, cells, tableOptions(deps)));
  return 0;
}

const columns: readonly Column[] = [{ title: "SETTING" }, { title: "VALUE" }, { title: "FROM" }];

async function clientRows(command: Command, deps: Deps): Promise<Row[]> {
  const address = await resolveAddress(command.optsWithGlobals<ConnectionFlags>(), deps.env);
  const loginFile = loginFilePath(deps.env);
  const place = (source: string | null) =>
    source === "login file" ? `login file ${loginFile}` : (source ?? "default");
  return [
    { setting: "UTM_SERVER", value: address.server, source: place(address.serverSource) },
    { setting: "UTM_TOKEN", value: address.token === null ? null : "***", source: place(address.tokenSource) },
  ];
}
