import type { Enforcement, LimitName, Limits, Retry, RetryCause, TaskDetail } from "../../contract/index.ts";
import { formatBytes, formatDuration } from "./time.ts";

/** How a task is bounded and tried again, in words. */
const causeWords: Readonly<Record<RetryCause, string>> = {
  failed: "a failure",
  timed_out: "a time-out",
  lost: "a loss",
};

/** Said of a task whose standard error is told apart. */
export const markedStderr = "marked in the output";

/** `up to 3 attempts, 10 s apart, after a failure or a time-out`. */
export function retryText(retry: Retry): string {
  const attempts = retry.attempts === 1 ? "one attempt only" : `up to ${retry.attempts} attempts`;
  if (retry.attempts === 1) {
    return attempts;
  }
  const causes = retry.on.map((cause) => causeWords[cause]).join(" or ");
  const jitter = retry.jitter === 0 ? "" : ` ±${Math.round(retry.jitter * 100)} %`;
  return `${attempts}, ${delayText(retry)}${jitter}, after ${causes}`;
}

function delayText(retry: Retry): string {
  if (retry.delay_seconds === 0) {
    return "at once";
  }
  const delay = formatDuration(retry.delay_seconds * 1000);
  const isFixed = retry.backoff === "fixed";
  return isFixed
    ? `${delay} apart`
    : `${delay} apart, doubling up to ${formatDuration(retry.max_delay_seconds * 1000)}`;
}

const limitWords: Readonly<Record<LimitName, string>> = {
  memory_bytes: "memory",
  cpu_seconds: "cpu time",
  processes: "processes",
  open_files: "open files per process",
  nice: "niceness",
  output_bytes: "output",
};

const enforcementWords: Readonly<Record<Enforcement, string>> = {
  cgroup: "kept by the kernel, cgroup",
  rlimit: "kept by the kernel, rlimit",
  rlimit_and_sampled: "kept by the kernel for each process, rlimit; sampled for all together",
  sampled: "sampled",
  scheduler: "set with the kernel's scheduler",
};

/** A line per limit, with how it is kept once that is known; null when there is none. */
export function limitsText(task: Pick<TaskDetail, "limits" | "limits_in_force">): string | null {
  const lines =
    task.limits_in_force.length > 0
      ? task.limits_in_force.map(({ limit, value, how }) => `${limitText(limit, value)} (${enforcementWords[how]})`)
      : wantedLimits(task.limits ?? {}).map(([limit, value]) => limitText(limit, value));
  return lines.length === 0 ? null : lines.join("\n");
}

function wantedLimits(limits: Limits): [LimitName, number][] {
  return (Object.entries(limits) as [LimitName, number | null | undefined][]).filter(
    (entry): entry is [LimitName, number] => entry[1] != null,
  );
}

function limitText(limit: LimitName, value: number): string {
  return `${limitWords[limit]} ${limitValue(limit, value)}`;
}

function limitValue(limit: LimitName, value: number): string {
  switch (limit) {
    case "memory_bytes":
    case "output_bytes":
      return formatBytes(value);
    case "cpu_seconds":
      return formatDuration(value * 1000);
    case "processes":
    case "open_files":
    case "nice":
      return String(value);
    default:
      return limit satisfies never;
  }
}
