import type { FastifyInstance } from "fastify";
import { Refusal } from "../failure.ts";

/** Largest request body. A script of 1 MiB and an input of 2 MiB fit, also when every character is escaped. */
export const bodyLimitBytes = 8 * 1024 ** 2;

/** JSON in: an empty body is an empty object, a broken one is told where it breaks. */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_, body, done) => {
    const text = body as string;
    if (text.trim() === "") {
      done(null, {});
      return;
    }
    try {
      done(null, JSON.parse(text));
    } catch (error) {
      done(new Refusal("parse_error", { problem: (error as Error).message }));
    }
  });
}
