import type { SettingInForce } from "../contract/index.ts";
import type { LoadedConfig } from "./load.ts";
import { type ConfigOption, configOptions } from "./options.ts";

/** Every setting in the order of its declaration: its value, without passwords, and where it came from. */
export function settingsInForce({ config, sources, filePath }: LoadedConfig): SettingInForce[] {
  return Object.values(configOptions).map((option) => {
    const source = sources[option.key as keyof LoadedConfig["sources"]];
    return {
      name: option.env,
      flag: `--${option.flag}`,
      value: shownValue(option, config[option.key as keyof LoadedConfig["config"]]),
      source,
      file: source === "file" ? filePath : null,
      default: option.defaultText,
      description: option.description,
    };
  });
}

type Value = LoadedConfig["config"][keyof LoadedConfig["config"]];

function shownValue(option: ConfigOption, value: Value): SettingInForce["value"] {
  if (typeof value === "string") {
    return option.isSecret ? withoutSecrets(value) : value;
  }
  return Array.isArray(value) ? value.join(",") : value;
}

/** What an address says without a password; only "set" where it is not certain which part of it is one. */
function withoutSecrets(address: string): string {
  const url = URL.parse(address);
  if (url === null || (url.host !== "" && /[@#]/.test(url.pathname + url.search + url.hash))) {
    return "set";
  }
  if (url.password !== "") {
    url.password = mask;
  }
  for (const name of [...url.searchParams.keys()].filter((key) => secretName.test(key))) {
    url.searchParams.set(name, mask);
  }
  return url.href.includes(mask) ? url.href : address;
}

const mask = "***";
const secretName = /pass|secret|token|key|auth/i;
