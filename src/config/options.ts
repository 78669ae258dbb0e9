import { freeCommandPolicies, registrationPolicies } from "../contract/index.ts";
import { bytes, flag, integer, labels, numberAtLeast, oneOf, type Parse, text, url } from "./parse.ts";

/**
 * Every setting: its names, its default, what it means. The command line, the environment, the configuration file, the
 * table in the README and `utm config` are all made from this list.
 */
export type ConfigOption = {
  /** Name of the field of Config. */
  key: string;
  /** Command line flag, without the dashes. */
  flag: string;
  /** Environment variable, also the key in the configuration file. */
  env: string;
  description: string;
  /** The default in words, for people. */
  defaultText: string;
  parse: Parse<unknown>;
  /** A flag without a value. */
  isSwitch: boolean;
  /** An address that may hold a password, which is never shown. */
  isSecret: boolean;
};

const option = <T>(
  key: string,
  env: string,
  parse: Parse<T>,
  about: { description: string; defaultText: string; flag?: string; isSecret?: boolean; isSwitch?: boolean },
) => ({
  key,
  env,
  parse,
  flag: about.flag ?? env.replace(/^UTM_/, "").toLowerCase().replaceAll("_", "-"),
  description: about.description,
  defaultText: about.defaultText,
  isSecret: about.isSecret ?? false,
  isSwitch: about.isSwitch ?? false,
});

const databaseSchemes = ["sqlite:", "postgres:", "postgresql:", "mysql:", "mariadb:"];

export const configOptions = {
  host: option("host", "HOST", text, {
    description: "Address to listen on; 0.0.0.0 for every address of the machine.",
    defaultText: "127.0.0.1",
  }),
  port: option("port", "PORT", integer(0, 65_535), {
    description: "Port to listen on; 0 for any free one.",
    defaultText: "8000",
  }),
  dataDir: option("dataDir", "UTM_DATA_DIR", text, {
    description: "Where database, journals and output are kept.",
    defaultText: "./data in a checkout, else $XDG_STATE_HOME/utm",
  }),
  databaseUrl: option("databaseUrl", "DATABASE_URL", url(databaseSchemes), {
    description: "Database: sqlite:/path, postgres://user:password@host/name or mysql://user:password@host/name.",
    defaultText: "utm.sqlite in the data directory",
    isSecret: true,
  }),
  redisUrl: option("redisUrl", "REDIS_URL", url(["redis:", "rediss:"]), {
    description: "Redis for work on many machines; refused with SQLite.",
    defaultText: "none",
    isSecret: true,
  }),
  slots: option("slots", "UTM_SLOTS", integer(0, 10_000), {
    description: "Attempts at once on this node; 0 for a server that runs no new ones.",
    defaultText: "4 × processor cores",
  }),
  nodeName: option("nodeName", "UTM_NODE_NAME", text, {
    description: "Name of this node.",
    defaultText: "the host name",
  }),
  lanes: option("lanes", "UTM_LANES", text, {
    description: "Queues this node works for, separated by commas.",
    defaultText: "all",
  }),
  labels: option("labels", "UTM_LABELS", labels, {
    description: "Labels of this node, separated by commas: tasks can ask for them.",
    defaultText: "none",
  }),
  leaseSeconds: option("leaseSeconds", "UTM_LEASE_SECONDS", numberAtLeast(0.1), {
    description: "How long a node counts as alive after its last sign.",
    defaultText: "60",
  }),
  lostGraceSeconds: option("lostGraceSeconds", "UTM_LOST_GRACE_SECONDS", numberAtLeast(0), {
    description: "How much longer before the tasks of a silent node are called lost.",
    defaultText: "60",
  }),
  registration: option("registration", "UTM_REGISTRATION", oneOf(registrationPolicies), {
    description: "Who may register: everybody (open), everybody once an admin approves (approval), nobody (closed).",
    defaultText: "open",
  }),
  freeCommands: option("freeCommands", "UTM_FREE_COMMANDS", oneOf(freeCommandPolicies), {
    description: "Who may type free commands: operators and admins (operators), or all who may submit (everyone).",
    defaultText: "operators",
  }),
  defaultSleepSeconds: option("defaultSleepSeconds", "UTM_DEFAULT_SLEEP_SECONDS", numberAtLeast(0), {
    description: "How long the demonstration task sleeps.",
    defaultText: "10",
  }),
  runAs: option("runAs", "UTM_RUN_AS", text, {
    description: "User that tasks run as; needs the server to be started as root.",
    defaultText: "the server's own user",
  }),
  leftovers: option("leftovers", "UTM_LEFTOVERS", oneOf(["end", "report"] as const), {
    description: "Processes that a task leaves behind when it ends by itself: end them (end), or only say so (report).",
    defaultText: "end",
  }),
  cgroup: option("cgroup", "UTM_CGROUP", oneOf(["auto", "off"] as const), {
    description: "Control groups (version 2) for tasks: where they can be had (auto), or never (off).",
    defaultText: "auto",
  }),
  drain: option("drain", "UTM_DRAIN", flag, {
    description: "On SIGTERM or Ctrl-C, wait until running tasks have ended (a second signal leaves them running).",
    defaultText: "off",
    isSwitch: true,
  }),
  outputCapBytes: option("outputCapBytes", "UTM_OUTPUT_CAP_BYTES", bytes(65_536), {
    description: "Output kept per attempt (first and last half); 0 for no limit. 64M and 2G are understood.",
    defaultText: "64M",
  }),
  output: option("output", "UTM_OUTPUT", oneOf(["local", "database", "directory"] as const), {
    description:
      "Where the machines read what tasks wrote: on the one that ran them (local), in the database, or in a directory they share.",
    defaultText: "local; database with REDIS_URL",
  }),
  outputDir: option("outputDir", "UTM_OUTPUT_DIR", text, {
    description: "Directory that tasks write their output to; with UTM_OUTPUT=directory, one that all machines share.",
    defaultText: "output in the data directory",
  }),
  retentionDays: option("retentionDays", "UTM_RETENTION_DAYS", numberAtLeast(0), {
    description: "Days after which ended tasks and their output are removed; 0 keeps them for ever.",
    defaultText: "0",
  }),
  loginsPerMinute: option("loginsPerMinute", "UTM_LOGINS_PER_MINUTE", integer(1, 1_000_000), {
    description: "Tries to log in per minute, for one address and username.",
    defaultText: "30",
  }),
  registrationsPerHour: option("registrationsPerHour", "UTM_REGISTRATIONS_PER_HOUR", integer(1, 1_000_000), {
    description: "Registrations per hour from one address.",
    defaultText: "200",
  }),
  logLevel: option("logLevel", "UTM_LOG_LEVEL", oneOf(["debug", "info", "warn", "error", "silent"] as const), {
    description: "How much the log says.",
    defaultText: "info",
  }),
  publicUrl: option("publicUrl", "UTM_PUBLIC_URL", url(["http:", "https:"]), {
    description: "Address people reach the server at, when it is behind a proxy.",
    defaultText: "http://HOST:PORT",
  }),
} as const;
