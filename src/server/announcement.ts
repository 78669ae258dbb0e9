import type { Config } from "../config/load.ts";
import type { Means } from "./means.ts";

/** Lines about this machine's part, for who started the process and reads its output. */
export function nodeLines(config: Config, means: Means, adopted: number): string[] {
  const tree = means.cgroup === null ? "found by scanning" : "by control group";
  return [
    ...manyLines(config),
    `  tasks run as   ${config.runAs ?? "the server's own user"}`,
    `  whole tree     ${tree}; sandbox ${means.sandbox?.kind ?? "not available"} ("utm doctor" tells more)`,
    ...(adopted > 0 ? [`  adopted        ${adopted} running when the server last stopped`] : []),
  ];
}

/** How the machines of an installation reach each other; nothing where there is one. Never a password. */
function manyLines({ redisUrl, output, outputDir }: Config): string[] {
  if (redisUrl === null) {
    return [];
  }
  const place = output === "directory" ? `in ${outputDir}` : "in the database";
  return [`  other nodes    through Redis at ${new URL(redisUrl).host}; outputs ${place}`];
}

/** What Ctrl-C will do. */
export function stopAdvice(config: Config, what: "server" | "worker"): string {
  return config.drain
    ? `Ctrl-C stops the ${what} once the running tasks have ended; pressed again, at once, leaving them running.`
    : `Ctrl-C stops the ${what}; running tasks go on and are adopted at the next start.`;
}
