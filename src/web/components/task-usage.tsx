import { useQuery } from "@tanstack/react-query";
import type { Attempt, TaskDetail, Usage, UsageSeries } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { attemptsQuery, usageQuery } from "../api/task-queries.ts";
import { usageSoFar } from "../task/usage-so-far.ts";
import { taskText } from "../task-text.ts";
import { text } from "../text.ts";
import { roundedUp, roundedUpBytes } from "../ui/chart-scale.ts";
import { formatDuration } from "../ui/durations.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import body from "../ui/page-body.module.css";
import { formatBytes, formatCount } from "../ui/sizes.ts";
import { ProcessTable } from "./process-table.tsx";
import classes from "./task-usage.module.css";
import { UsageChart } from "./usage-chart.tsx";

const words = taskText.usage;
const refreshMs = 3000;
/** A limit farther away than this from what was used would only flatten the line. */
const limitInSight = 4;

/** What an attempt uses or used: the figures, their course over time, and the processes while it runs. */
export function TaskUsage({ task, attempt }: { task: TaskDetail; attempt: number }) {
  const isRunning = task.status === "running" && attempt === task.attempt;
  const often = { refetchOnMount: "always", refetchInterval: isRunning && refreshMs, enabled: attempt > 0 } as const;
  const attempts = useQuery({ ...attemptsQuery(task.id), ...often });
  const series = useQuery({ ...usageQuery(task.id, attempt), ...often });
  const row = attempts.data?.find(({ number }) => number === attempt);
  const error = attempts.error ?? series.error;
  if (attempt === 0) {
    return <p className={`${body.body} ${body.dim}`}>{words.notStarted}</p>;
  }
  return (
    <div className={body.body}>
      <div className={classes.column}>
        {error !== null && <ErrorNote message={errorText(error)} onRetry={() => void series.refetch()} />}
        {row === undefined && error === null && <p className={body.dim}>{text.common.loading}</p>}
        {row !== undefined && (
          <Figures
            attempt={row}
            usage={isRunning && series.data !== undefined ? usageSoFar(row.usage, series.data) : row.usage}
          />
        )}
        {series.data !== undefined && <Course series={series.data} task={task} isRunning={isRunning} />}
        {isRunning && <ProcessTable taskId={task.id} />}
      </div>
    </div>
  );
}

function Figures({ attempt, usage }: { attempt: Attempt; usage: Usage }) {
  const { duration_ms: ranMs } = attempt;
  const average = usage.cpu_ms === null || !ranMs ? null : words.average((usage.cpu_ms / ranMs).toFixed(2));
  return (
    <section aria-label={words.figures(attempt.number)}>
      <dl className={classes.figures}>
        <Figure name={words.ran} value={ranMs === null ? null : formatDuration(ranMs)} />
        <Figure name={words.cpu} value={usage.cpu_ms === null ? null : formatDuration(usage.cpu_ms)} hint={average} />
        <Figure name={words.memory} value={usage.max_rss_bytes === null ? null : formatBytes(usage.max_rss_bytes)} />
        <Figure name={words.processes} value={usage.max_processes === null ? null : formatCount(usage.max_processes)} />
        <Figure name={words.read} value={usage.read_bytes === null ? null : formatBytes(usage.read_bytes)} />
        <Figure name={words.written} value={usage.write_bytes === null ? null : formatBytes(usage.write_bytes)} />
      </dl>
    </section>
  );
}

function Figure({ name, value, hint = null }: { name: string; value: string | null; hint?: string | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd title={value === null ? words.unmeasuredHint : undefined}>
        {value ?? words.unmeasured}
        {value !== null && hint !== null && <span className={classes.aside}>{hint}</span>}
      </dd>
    </div>
  );
}

function Course({ series, task, isRunning }: { series: UsageSeries; task: TaskDetail; isRunning: boolean }) {
  const { points } = series;
  if (points.length < 2) {
    return <p className={classes.note}>{isRunning ? words.tooEarly : words.tooFew}</p>;
  }
  const endMs = points.at(-1)?.at_ms ?? 0;
  const cpu = points.map((point) => ({ atMs: point.at_ms, value: point.cpu }));
  // Processor time adds up over a gap as well; how much memory was used in it nobody knows.
  const memory = points.map((point) => ({
    ...{ atMs: point.at_ms, value: point.rss_bytes },
    isAfterGap: point.gap_ms > 0,
  }));
  const mostMemory = Math.max(...memory.map(({ value }) => value));
  const memoryLimit = task.limits?.memory_bytes ?? null;
  const isLimitNear = memoryLimit !== null && memoryLimit <= mostMemory * limitInSight;
  return (
    <section aria-label={words.overTime} className={classes.course}>
      <UsageChart
        title={words.cpuChart}
        points={cpu}
        endMs={endMs}
        top={roundedUp(Math.max(...cpu.map(({ value }) => value)))}
        format={formatProcessors}
        isStepped
      />
      <UsageChart
        title={words.memoryChart}
        points={memory}
        endMs={endMs}
        top={roundedUpBytes(isLimitNear ? Math.max(mostMemory, memoryLimit) : mostMemory)}
        format={formatBytes}
        limit={memoryLimit}
        isStepped={false}
      />
    </section>
  );
}

function formatProcessors(processors: number): string {
  return processors === 0 ? "0" : processors.toFixed(processors < 0.1 ? 3 : 2).replace(/\.?0+$/, "");
}
