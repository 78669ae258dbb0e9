import { type FastifyInstance, fastify } from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import type { SharedCounter } from "../../src/dispatch/shared-counter.ts";
import { Refusal } from "../../src/server/failure.ts";
import { limitLogins, limitRegistrations } from "../../src/server/plugins/rate-limits.ts";
import { newInstallation, openDispatcher } from "../support/dispatchers.ts";
import { hasOwnRedis, startRedis } from "../support/redis.ts";
import { waitFor } from "../support/wait-for.ts";

/** Limits that hold for all servers of an installation, and for each alone while they cannot count together. */
async function serverWith(counter: SharedCounter | null): Promise<FastifyInstance> {
  const app = fastify();
  app.setErrorHandler((error, _, reply) =>
    error instanceof Refusal ? reply.code(error.status).headers(error.headers).send() : reply.code(500).send(),
  );
  await app.register(async (limited) => {
    await limitLogins(limited, 3, counter);
    limited.post("/login", async () => "in");
  });
  await app.register(async (limited) => {
    await limitRegistrations(limited, 3, counter);
    limited.post("/register", async () => "registered");
  });
  onTestFinished(() => app.close());
  return app;
}

async function logIn(app: FastifyInstance, username: string): Promise<number> {
  return (await app.inject({ method: "POST", url: "/login", payload: { username } })).statusCode;
}

describe("limits of one server", () => {
  it("count by name, and begin anew for another", async () => {
    const app = await serverWith(null);
    const answers = [];
    for (const name of ["ada", "ada", "ada", "ada", "bob"]) {
      answers.push(await logIn(app, name));
    }
    expect(answers).toEqual([200, 200, 200, 429, 200]);
  });
});

describe.skipIf(!hasOwnRedis)("limits of several servers", () => {
  it("are one, and each server's own while Redis is away", async () => {
    const redis = await startRedis();
    const installation = newInstallation();
    const dispatchers = [
      await openDispatcher(redis.url, installation),
      await openDispatcher(redis.url, installation),
    ] as const;
    const one = await serverWith(dispatchers[0].counter);
    const two = await serverWith(dispatchers[1].counter);
    expect(await logIn(one, "ada")).toBe(200);
    expect(await logIn(two, "ada")).toBe(200);
    expect(await logIn(one, "ada")).toBe(200);
    const refused = await two.inject({ method: "POST", url: "/login", payload: { username: "ada" } });
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    for (const app of [one, two, one]) {
      expect((await app.inject({ method: "POST", url: "/register" })).statusCode).toBe(200);
    }
    expect((await two.inject({ method: "POST", url: "/register" })).statusCode).toBe(429);
    expect(redis.run("KEYS", "*ada*").trim()).toBe("");

    redis.pause();
    expect(await logIn(two, "bob")).toBe(200);
    await redis.stop("SIGKILL");
    await waitFor("the problem to be seen", () => dispatchers[1].problem() !== null);
    // Of ada's four it saw two itself.
    expect(await logIn(two, "ada")).toBe(200);
    expect(await logIn(two, "ada")).toBe(429);
    expect(await logIn(two, "carl")).toBe(200);
  });
});
