import type { FastifyInstance } from "fastify";
import { contract } from "../../contract/index.ts";
import { followOutput, readLines, sendOutput } from "../actions/output.ts";
import { searchOutput } from "../actions/output-search.ts";
import { readStderrMarks } from "../actions/output-streams.ts";
import type { Context } from "../context.ts";
import { closeSignal, streamSignal } from "../live/close-signal.ts";
import { sendEvents } from "../live/event-stream.ts";
import { mount } from "../mount.ts";

/** What attempts wrote. */
export function outputRoutes(app: FastifyInstance, context: Context): void {
  mount(app, context, contract.getOutput, ({ actor, params, query, request, reply }) =>
    sendOutput(context, actor, { id: params.id, ...query, range: request.headers.range }, reply),
  );
  mount(app, context, contract.getOutputLines, ({ actor, params, query }) =>
    readLines(context, actor, params.id, query),
  );
  mount(app, context, contract.getStderrMarks, ({ actor, params, query }) =>
    readStderrMarks(context, actor, params.id, query),
  );
  mount(app, context, contract.searchOutput, ({ actor, params, query, reply }) =>
    searchOutput(context, actor, params.id, query, closeSignal(reply)),
  );
  mount(app, context, contract.streamOutput, async ({ actor, params, query, request, reply }) => {
    const lastEventId = request.headers["last-event-id"];
    const from = { ...query, lastEventId: typeof lastEventId === "string" ? lastEventId : undefined };
    return sendEvents(
      reply,
      await followOutput(context, actor, params.id, from, streamSignal(context, actor, request, reply)),
    );
  });
}
