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
  if (url?.protocol === "sqlite:" && url.host === "") {
    return address;
  }
  if (url === null || /[@#]/.test(url.pathname + url.search + url.hash) || !(url.host !== "" || isOfSocket(url))) {
    return "set";
  }
  if (url.password !== "") {
    url.password = mask;
  }
  // Each program that takes such an address has names of its own for a password: what is not known is masked.
  for (const name of [...url.searchParams.keys()].filter((key) => !harmless.has(key))) {
    url.searchParams.set(name, mask);
  }
  return url.href.includes(mask) ? url.href : address;
}

/** redis:///2?path=/run/redis.sock: no host, and nothing that could be a user and a password written with a slash too few. */
function isOfSocket({ href, pathname }: URL): boolean {
  return /^[a-z]+:\/\/\//.test(href) && !pathname.includes(":");
}

const mask = "***";
const harmless: ReadonlySet<string> = new Set(["sslmode", "sslrootcert", "pool", "wait", "db", "family", "path"]);
