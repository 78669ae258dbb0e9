import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { isOver, type OutputLines, type OutputStream } from "../../contract/index.ts";
import type { AttemptRef, Gap } from "../../output/output.ts";
import type { TaskRow } from "../../store/store.ts";
import { type Actor, findVisibleTask } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput, Refusal } from "../failure.ts";
import type { StreamPart } from "../live/event-stream.ts";
import { outputEvent } from "../present/output-event.ts";
import { parseRange } from "./byte-range.ts";
import { attemptOf } from "./output-attempt.ts";
import { linesOfStream } from "./output-stream-lines.ts";
import { partsOf, refuseUnmarked } from "./output-streams.ts";
import { detailOf } from "./tasks.ts";

/** What attempts wrote: raw bytes, pages of lines, and the live stream. */
type RawQuery = {
  id: number;
  attempt?: number | undefined;
  stream?: OutputStream | undefined;
  tail_bytes?: number | undefined;
  download?: string | undefined;
  range: string | undefined;
};

export async function sendOutput(
  context: Context,
  actor: Actor,
  query: RawQuery,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const task = await findVisibleTask(context, actor, query.id);
  refuseUnmarked(task, query.stream);
  refuseRangeOfStream(query);
  const ref = await attemptOf(context, task, query.attempt);
  const size = ref === null ? 0 : await context.output.size(ref);
  const gap = ref === null ? null : await context.output.gap(ref);
  const { stream } = query;
  const { first, end, isPartial } = selectBytes(query, size, reply);
  reply
    .header("Content-Type", "text/plain; charset=utf-8")
    // A task's output must never be taken for a page of this site.
    .header("X-Content-Type-Options", "nosniff")
    .header("Accept-Ranges", "bytes");
  if (isOver(task.status) && stream === undefined) {
    // While it runs, the cap may remove bytes that are being sent: then no length is promised.
    reply.header("Content-Length", String(end - first - overlap(gap, first, end)));
  }
  if (query.download !== undefined) {
    reply.header("Content-Disposition", `attachment; filename="task-${task.id}.${ref?.attempt ?? 0}.log"`);
  }
  if (gap !== null) {
    reply.header("X-Output-Gap", `${gap.first}-${gap.last}`);
  }
  if (isPartial) {
    reply.status(206).header("Content-Range", `bytes ${first}-${end - 1}/${size}`);
  }
  if (ref === null) {
    return reply.send("");
  }
  const range = { first, end };
  const bytes = stream === undefined ? bytesOf(context, ref, range) : bytesOfStream(context, ref, stream, range);
  return reply.send(Readable.from(bytes, { objectMode: false }));
}

/** The bytes of one stream have no numbers of their own to ask by. */
function refuseRangeOfStream(query: RawQuery): void {
  if (query.stream !== undefined && query.range !== undefined) {
    throw new InvalidInput({ stream: ["A Range counts bytes of the whole output. Leave it out, or the stream."] });
  }
}

function selectBytes(query: RawQuery, size: number, reply: FastifyReply) {
  if (query.tail_bytes !== undefined) {
    return { first: Math.max(0, size - query.tail_bytes), end: size, isPartial: false };
  }
  const range = parseRange(query.range, size);
  if (range?.kind === "unsatisfiable") {
    reply.header("Content-Range", `bytes */${size}`);
    throw new Refusal("range_not_satisfiable", { size });
  }
  return range === null
    ? { first: 0, end: size, isPartial: false }
    : { first: range.first, end: range.last + 1, isPartial: true };
}

/** How many of the bytes asked for the cap removed. */
function overlap(gap: Gap | null, first: number, end: number): number {
  return gap === null ? 0 : Math.max(0, Math.min(gap.last + 1, end) - Math.max(gap.first, first));
}

type Range = { first: number; end: number };

async function* bytesOf(context: Context, ref: AttemptRef, range: Range): AsyncGenerator<Buffer> {
  for await (const piece of context.output.read(ref, range)) {
    yield piece.data;
  }
}

async function* bytesOfStream(
  context: Context,
  ref: AttemptRef,
  stream: OutputStream,
  range: Range,
): AsyncGenerator<Buffer> {
  for await (const part of partsOf(context, ref, stream, range)) {
    yield* bytesOf(context, ref, part);
  }
}

export async function readLines(
  context: Context,
  actor: Actor,
  id: number,
  query: { attempt?: number | undefined; stream?: OutputStream | undefined; from: number; count: number },
): Promise<OutputLines> {
  const task = await findVisibleTask(context, actor, id);
  const { stream } = query;
  refuseUnmarked(task, stream);
  if (stream !== undefined && query.from < 1) {
    throw new InvalidInput({ from: ["Of one stream, lines are counted from the beginning: ask from 1 or more."] });
  }
  const ref = await attemptOf(context, task, query.attempt);
  if (ref === null) {
    return { lines: [], total: 0, next: null, gap: null };
  }
  if (stream !== undefined) {
    return linesOfStream(context, ref, stream, query);
  }
  const page = await context.output.lines(ref, query);
  const last = page.lines.at(-1)?.number ?? page.total;
  return { ...page, next: last < page.total ? last + 1 : null };
}

type StreamQuery = { attempt?: number | undefined; offset?: number | undefined; lastEventId: string | undefined };

/**
 * The bytes of one attempt from the offset on as they are written, then the task as it stands: over, or before its next
 * attempt, which is another stream. Waits for an attempt that has not begun.
 */
export async function followOutput(
  context: Context,
  actor: Actor,
  id: number,
  query: StreamQuery,
  signal: AbortSignal,
): Promise<AsyncIterable<StreamPart>> {
  const task = await findVisibleTask(context, actor, id);
  // The one after the latest can be waited for while a retry may come.
  const isNext = query.attempt === task.attempt + 1 && !isOver(task.status);
  if (query.attempt !== undefined && !isNext) {
    await attemptOf(context, task, query.attempt);
  }
  // A reader that reconnects sends its first address again, and beside it how far it came: the header is the newer one.
  const cameTo = /^\d+$/.exec(query.lastEventId ?? "")?.[0];
  const offset = cameTo === undefined ? (query.offset ?? 0) : Number(cameTo);
  return follow(context, actor, id, { attempt: query.attempt, offset }, signal);
}

async function* follow(
  context: Context,
  actor: Actor,
  id: number,
  from: { attempt: number | undefined; offset: number },
  signal: AbortSignal,
): AsyncGenerator<StreamPart> {
  const hasBegun = (task: TaskRow) => task.attempt >= (from.attempt ?? 1);
  const begun = await until(context, id, (task) => hasBegun(task) || isOver(task.status), signal);
  const attempt = from.attempt ?? begun?.attempt ?? 0;
  if (attempt > 0 && !signal.aborted && begun !== null && hasBegun(begun)) {
    const ref = { taskId: id, attempt };
    const ended = until(context, id, (task) => hasEnded(task, attempt), signal);
    for await (const { offset, data } of context.output.follow(ref, { offset: from.offset, ended, signal })) {
      yield outputEvent(offset, data, attempt);
    }
  }
  const task = signal.aborted ? null : await context.store.tasks.find({ id });
  if (task !== null) {
    yield { event: "end", data: await detailOf(context, actor, task) };
  }
}

/** Over, or pending again: then another attempt follows. */
function hasEnded(task: TaskRow, attempt: number): boolean {
  return task.status !== "running" || task.attempt > attempt;
}

/** Resolves with the task once the record fulfils the condition; with null when aborted, or the task is gone. */
async function until(
  context: Context,
  id: number,
  condition: (task: TaskRow) => boolean,
  signal: AbortSignal,
): Promise<TaskRow | null> {
  const { promise, resolve, reject } = Promise.withResolvers<TaskRow | null>();
  const look = async () => {
    const task = await context.store.tasks.find({ id });
    if (task === null || condition(task)) {
      resolve(task);
    }
  };
  const check = () => void look().catch(reject);
  const stop = context.live.watch(id, check);
  const abort = () => resolve(null);
  signal.addEventListener("abort", abort, { once: true });
  check();
  try {
    return await promise;
  } finally {
    stop();
    signal.removeEventListener("abort", abort);
  }
}
