import { type Command, Option } from "commander";
import type { ConfigInput } from "../config/load.ts";
import { type ConfigOption, configOptions } from "../config/options.ts";

/** Declares a flag for every setting of the server, and `--config` for the file. */
export function addServerFlags(command: Command): Command {
  for (const setting of settings()) {
    const description = `${setting.description} (${setting.env}; default: ${setting.defaultText})`;
    command.addOption(new Option(flagOf(setting), description));
  }
  return command.option(
    "--config <file>",
    "configuration file, JSON (UTM_CONFIG; default: config.json in the data directory)",
  );
}

/** What was typed, for the configuration to be made from. */
export function readServerFlags(command: Command, environment: NodeJS.ProcessEnv): ConfigInput {
  const typed = command.opts<Record<string, string | true | undefined>>();
  const flags: Record<string, string | undefined> = {};
  for (const setting of settings()) {
    const value = typed[new Option(flagOf(setting)).attributeName()];
    flags[setting.key] = value === true ? "on" : value;
  }
  const { config } = typed;
  return { flags, environment, ...(typeof config === "string" ? { configFile: config } : {}) };
}

/** Every setting in the order of its declaration. */
function settings(): ConfigOption[] {
  return Object.values(configOptions);
}

function flagOf(setting: ConfigOption): string {
  return setting.isSwitch ? `--${setting.flag} [on|off]` : `--${setting.flag} <value>`;
}
