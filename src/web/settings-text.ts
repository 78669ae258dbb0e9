import type { SettingInForce, SettingSource } from "../contract/index.ts";
import { formatBytes } from "./ui/sizes.ts";

const sources: Record<SettingSource, string> = {
  flag: "flag",
  environment: "environment",
  file: "file",
  default: "default",
};

/** The words about settings in force. Apart from text.ts, for the first load's sake. */
export const settingsText = {
  title: "Settings in force",
  context: (count: number, changed: number) =>
    changed === 0 ? `${count} settings, all at the default` : `${count} settings · ${changed} not at the default`,
  about:
    "What the server behind this page was started with. To change a setting, give its flag to utm serve, set its variable in the environment, or write it into the configuration file (config.json in the data directory); the first of these wins. Then restart the server: running tasks go on.",
  filter: "Filter settings",
  filterHint: "Filter by name, value, source or meaning",
  none: "No setting matches this filter.",
  clear: "Clear the filter",
  columns: { name: "Setting", value: "Value", source: "From", meaning: "Meaning" },
  sources,
  defaultIs: (words: string) => `Default: ${words}`,
};

/** A value as people read it; what is not set is told by its default. */
export function valueText({ name, value, default: defaultText }: SettingInForce): string {
  if (typeof value === "boolean") {
    return value ? "on" : "off";
  }
  if (typeof value === "number" && name.endsWith("_BYTES") && value > 0) {
    return `${value} (${formatBytes(value)})`;
  }
  return value === null || value === "" ? defaultText : String(value);
}

/** Where a value came from, in words: the default, or how it was given. */
export function sourceText({ source, flag, file }: SettingInForce): string {
  if (source === "file" && file !== null) {
    return `${sources.file} ${file}`;
  }
  return source === "flag" ? `${sources.flag} ${flag}` : sources[source];
}
