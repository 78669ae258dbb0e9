import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";

/** Server-sent events (https://html.spec.whatwg.org/#server-sent-events) as an answer; the reader's pace is kept. */
export type StreamEvent = { event: string; data: unknown; id?: string };

/** An event, or one that is formatted already. */
export type StreamPart = StreamEvent | Buffer;

const heartbeatMs = 15_000;
/** A comment line: keeps proxies from closing a quiet stream, and lets both ends notice a dead one. */
const heartbeat = ": still here\n\n";

export function sendEvents(reply: FastifyReply, events: AsyncIterable<StreamPart>): FastifyReply {
  return reply
    .header("Content-Type", "text/event-stream; charset=utf-8")
    .header("Cache-Control", "no-store")
    .header("X-Accel-Buffering", "no")
    .send(Readable.from(withHeartbeat(events), { objectMode: false, highWaterMark: 65_536 }));
}

function format(event: StreamEvent): string {
  const id = event.id === undefined ? "" : `id: ${event.id}\n`;
  return `event: ${event.event}\n${id}data: ${JSON.stringify(event.data)}\n\n`;
}

async function* withHeartbeat(events: AsyncIterable<StreamPart>): AsyncGenerator<string | Buffer> {
  const iterator = events[Symbol.asyncIterator]();
  // Sent at once, so that the headers leave and the reader knows it is connected.
  yield heartbeat;
  try {
    let next = iterator.next();
    for (;;) {
      const beat = Promise.withResolvers<null>();
      const timer = setTimeout(() => beat.resolve(null), heartbeatMs);
      const result = await Promise.race([next, beat.promise]);
      clearTimeout(timer);
      if (result === null) {
        yield heartbeat;
      } else if (result.done) {
        return;
      } else {
        yield Buffer.isBuffer(result.value) ? result.value : format(result.value);
        next = iterator.next();
      }
    }
  } finally {
    await iterator.return?.();
  }
}
