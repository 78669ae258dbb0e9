import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { FreeCommandPolicy, RegistrationPolicy, SettingSource } from "../contract/index.ts";
import { configOptions } from "./options.ts";

/** The settings in force. One typed object, made once, handed down. */
export type Config = {
  host: string;
  port: number;
  /** Absolute. */
  dataDir: string;
  databaseUrl: string;
  redisUrl: string | null;
  slots: number;
  nodeName: string;
  /** Null: all queues. */
  lanes: string[] | null;
  labels: string[];
  leaseSeconds: number;
  lostGraceSeconds: number;
  registration: RegistrationPolicy;
  freeCommands: FreeCommandPolicy;
  defaultSleepSeconds: number;
  runAs: string | null;
  leftovers: "end" | "report";
  cgroup: "auto" | "off";
  drain: boolean;
  /** 0: no cap. */
  outputCapBytes: number;
  /** Where others read what attempts wrote: nowhere else, in the database, or in a directory all machines share. */
  output: "local" | "database" | "directory";
  /** Absolute; null for the one in the data directory. */
  outputDir: string | null;
  /** 0: for ever. */
  retentionDays: number;
  loginsPerMinute: number;
  registrationsPerHour: number;
  logLevel: string;
  publicUrl: string | null;
};

export type LoadedConfig = {
  config: Config;
  sources: Record<keyof Config, SettingSource>;
  /** The configuration file that was read, if there was one. */
  filePath: string | null;
};

export type ConfigInput = {
  /** Values of flags by the option's key. */
  flags: Readonly<Record<string, string | undefined>>;
  environment: Readonly<Record<string, string | undefined>>;
  /** From `--config`; else `UTM_CONFIG`; else `config.json` in the data directory when it is there. */
  configFile?: string;
};

/** All mistakes of a configuration at once, one sentence each. */
export class ConfigMistakes extends Error {
  override readonly name = "ConfigMistakes";
  readonly mistakes: readonly string[];
  constructor(mistakes: readonly string[]) {
    super(mistakes.join("\n"));
    this.mistakes = mistakes;
  }
}

/** Throws ConfigMistakes. */
export function loadConfig(input: ConfigInput): LoadedConfig {
  const mistakes: string[] = [];
  const file = readConfigFile(input, mistakes);
  const values: Record<string, unknown> = {};
  const sources: Record<string, SettingSource> = {};
  for (const option of Object.values(configOptions)) {
    const given = pick(input, file.values, option);
    sources[option.key] = given.source;
    if (given.text === undefined) {
      continue;
    }
    const result = option.parse(given.text);
    if ("problem" in result) {
      const shown = option.isSecret ? "" : ` (it is "${given.text}")`;
      mistakes.push(`${given.name} must be ${result.problem}${shown}.`);
    } else {
      values[option.key] = result.value;
    }
  }
  const config = withDefaults(values);
  mistakes.push(...contradictions(config));
  if (mistakes.length > 0) {
    throw new ConfigMistakes(mistakes);
  }
  return { config, sources: sources as Record<keyof Config, SettingSource>, filePath: file.path };
}

function pick(
  input: ConfigInput,
  file: Readonly<Record<string, string>>,
  option: { key: string; flag: string; env: string },
): { text: string | undefined; source: SettingSource; name: string } {
  const flag = input.flags[option.key];
  if (flag !== undefined) {
    return { text: flag, source: "flag", name: `--${option.flag}` };
  }
  const environment = notEmpty(input.environment[option.env]);
  if (environment !== undefined) {
    return { text: environment, source: "environment", name: option.env };
  }
  const inFile = file[option.env];
  if (inFile !== undefined) {
    return { text: inFile, source: "file", name: `${option.env} in the configuration file` };
  }
  return { text: undefined, source: "default", name: option.env };
}

/** An empty variable is how a shell or a compose file says "not set". */
function notEmpty(variable: string | undefined): string | undefined {
  return variable === "" ? undefined : variable;
}

function readConfigFile(
  input: ConfigInput,
  mistakes: string[],
): { path: string | null; values: Record<string, string> } {
  const named = input.configFile ?? notEmpty(input.environment.UTM_CONFIG);
  const dataDir = input.flags.dataDir ?? notEmpty(input.environment.UTM_DATA_DIR) ?? defaultDataDir();
  const path = resolve(named ?? join(dataDir, "config.json"));
  if (named === undefined && !existsSync(path)) {
    return { path: null, values: {} };
  }
  const values: Record<string, string> = {};
  try {
    const content: unknown = JSON.parse(readFileSync(path, "utf8"));
    const known = new Set<string>(Object.values(configOptions).map((option) => option.env));
    for (const [name, value] of Object.entries(content as Record<string, unknown>)) {
      if (known.has(name)) {
        values[name] = String(value);
      } else {
        mistakes.push(`${name} in the configuration file ${path} is no setting.`);
      }
    }
  } catch (error) {
    mistakes.push(`The configuration file ${path} cannot be read: ${(error as Error).message}.`);
  }
  return { path, values };
}

function withDefaults(values: Record<string, unknown>): Config {
  const given = values as Partial<Config> & { lanes?: string };
  const dataDir = resolve(given.dataDir ?? defaultDataDir());
  return {
    host: given.host ?? "127.0.0.1",
    port: given.port ?? 8000,
    dataDir,
    databaseUrl: given.databaseUrl ?? `sqlite:${join(dataDir, "utm.sqlite")}`,
    redisUrl: given.redisUrl ?? null,
    slots: given.slots ?? 4 * availableParallelism(),
    nodeName: given.nodeName ?? hostname(),
    lanes: given.lanes === undefined ? null : splitLanes(given.lanes),
    labels: given.labels ?? [],
    leaseSeconds: given.leaseSeconds ?? 60,
    lostGraceSeconds: given.lostGraceSeconds ?? 60,
    registration: given.registration ?? "open",
    freeCommands: given.freeCommands ?? "operators",
    defaultSleepSeconds: given.defaultSleepSeconds ?? 10,
    runAs: given.runAs ?? null,
    leftovers: given.leftovers ?? "end",
    cgroup: given.cgroup ?? "auto",
    drain: given.drain ?? false,
    output: given.output ?? (given.redisUrl === undefined ? "local" : "database"),
    outputDir: typeof given.outputDir === "string" ? resolve(given.outputDir) : null,
    outputCapBytes: given.outputCapBytes ?? 64 * 1024 ** 2,
    retentionDays: given.retentionDays ?? 0,
    loginsPerMinute: given.loginsPerMinute ?? 30,
    registrationsPerHour: given.registrationsPerHour ?? 200,
    logLevel: given.logLevel ?? "info",
    publicUrl: given.publicUrl ?? null,
  };
}

function splitLanes(text: string): string[] {
  return text
    .split(",")
    .map((lane) => lane.trim())
    .filter((lane) => lane !== "");
}

/** What is wrong although each value alone is fine. */
function contradictions(config: Config): string[] {
  const found: string[] = [];
  const isSqlite = config.databaseUrl.startsWith("sqlite:");
  if (config.redisUrl !== null && isSqlite) {
    found.push(
      "REDIS_URL is for work on many machines, which needs a database they share; SQLite is a file on one machine. Remove REDIS_URL.",
    );
  }
  if (config.redisUrl !== null && config.output === "local") {
    found.push(
      "UTM_OUTPUT=local keeps outputs where only their own machine can read them, and REDIS_URL is for many machines. Use database, or directory with one they share.",
    );
  }
  if (config.redisUrl !== null && config.output === "directory" && config.outputDir === null) {
    found.push("UTM_OUTPUT=directory needs a directory that all machines share: name it in UTM_OUTPUT_DIR.");
  }
  if (config.lanes !== null && config.lanes.length === 0) {
    found.push("UTM_LANES names no queue. Leave it out to work for all.");
  }
  return found;
}

/** `data` beside the sources in a checkout; the user's state directory when installed as a package. */
function defaultDataDir(): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const isCheckout = existsSync(join(root, "tsconfig.json"));
  return isCheckout ? join(root, "data") : join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local/state"), "utm");
}
