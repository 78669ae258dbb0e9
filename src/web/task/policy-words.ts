import type { LimitName, Limits, Retry } from "../../contract/index.ts";
import { limitNames } from "../../contract/index.ts";
import { taskText } from "../task-text.ts";
import { formatDuration } from "../ui/durations.ts";
import { formatBytes, formatCount } from "../ui/sizes.ts";

/** A limit in words: `512 MiB memory`, `30 s of processor time`, `niceness 10`. */
export function limitWords(limit: LimitName, value: number): string {
  const what = taskText.limits[limit];
  switch (limit) {
    case "memory_bytes":
    case "output_bytes":
      return `${formatBytes(value)} ${what}`;
    case "cpu_seconds":
      return `${formatDuration(value * 1000)} ${what}`;
    case "processes":
    case "open_files":
      return `${formatCount(value)} ${what}`;
    case "nice":
      return `${what} ${value}`;
  }
}

/** The limits that are set, in the order of the contract. */
export function setLimits(limits: Limits | null): { limit: LimitName; value: number }[] {
  return limitNames.flatMap((limit) => {
    const value = limits?.[limit];
    return value === null || value === undefined ? [] : [{ limit, value }];
  });
}

/** A retry policy in words: `up to 3 attempts, after a failure or a time-out, 10 s between`. */
export function retryWords(retry: Retry): string {
  const words = taskText.retry;
  const causes = retry.on.map((cause) => taskText.retryCauses[cause]).join(words.or);
  const delay = formatDuration(retry.delay_seconds * 1000);
  const most = formatDuration(retry.max_delay_seconds * 1000);
  const pause = retry.backoff === "fixed" ? words.at(delay) : words.growing(delay, most);
  const jitter = retry.jitter === 0 ? "" : ` (${words.jitter(Math.round(retry.jitter * 100))})`;
  return `${words.attempts(retry.attempts)}, ${words.after(causes)}, ${pause}${jitter}`;
}
