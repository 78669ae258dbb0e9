import { existsSync } from "node:fs";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { Refusal } from "../failure.ts";

/**
 * The web page at `/`. Every address that is not the API's gets the page, which finds its own way (deep links). Files with
 * a hash in their name never change and are kept by browsers.
 */
export async function serveWebPage(app: FastifyInstance, directory: string): Promise<void> {
  const isBuilt = existsSync(`${directory}/index.html`);
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: directory,
      wildcard: false,
      index: false,
      // The build writes a .gz and a .br beside each text file.
      preCompressed: true,
      setHeaders: (response, path) => {
        const isHashed = path.includes("/assets/");
        response.header("Cache-Control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const isPage = (request.method === "GET" || request.method === "HEAD") && !isApiPath(request.url);
    if (!isPage || !isBuilt) {
      const refusal = new Refusal("not_found");
      return reply.status(refusal.status).send(refusal.body);
    }
    return reply.sendFile("index.html");
  });
  app.get("/", { schema: { hide: true } }, (_, reply) => {
    if (isBuilt) {
      return reply.sendFile("index.html");
    }
    return reply.type("text/plain").send("The web page is not built. Run: npm run build\nThe API is at /docs.\n");
  });
}

function isApiPath(url: string): boolean {
  return /^\/(taskapi|userapi|assets|metrics)(\/|\?|$)/.test(url);
}
