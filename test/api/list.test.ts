import { beforeAll, describe, expect, it } from "vitest";
import type { TaskSummary } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** The list of one's tasks: always an array, filtered, ordered, and in pages by headers. */
const server = startSharedServer();
const later = "2099-01-01T00:00:00Z";
let ada: Member;
let bob: Member;
/** Ids by name. */
const ids: Record<string, number> = {};
let middle: string;

beforeAll(async () => {
  ada = await server.join("ada");
  bob = await server.join("bob");
  await add("alpha", { command: "true", tags: ["night", "db"] });
  await add("beta", { command: "exit 3", tags: ["night"], description: "Copies the Ledger" });
  await add("100%_done", { command: "true" });
  await ada.waitForEnd(ids.alpha ?? 0);
  await ada.waitForEnd(ids.beta ?? 0);
  const ended = await ada.waitForEnd(ids["100%_done"] ?? 0);
  middle = new Date(Date.parse(ended.completed_at ?? "") + 1).toISOString();
  await add("gamma", { command: "echo 'größe'", run_at: later, tags: ["db"] });
  await add("delta", { command: "true", run_at: later });
  await send(server, "DELETE", `/taskapi/tasks/${ids.delta}/`, { as: ada });
  await add("epsilon", { command: "true", run_at: later, priority: 9 });
  await bob.submit({ name: "bob's alpha", run_at: later, tags: undefined });
});

async function add(name: string, task: Record<string, unknown>): Promise<void> {
  ids[name] = (await ada.submit({ name, ...task })).id;
}

async function list(query = "", as = ada) {
  const answer = await send(server, "GET", `/taskapi/tasks/${query}`, { as });
  expect(answer.status).toBe(200);
  expect(Array.isArray(answer.body)).toBe(true);
  const tasks = answer.body as TaskSummary[];
  return { tasks, names: tasks.map((task) => task.name), headers: answer.headers };
}

const all = ["alpha", "beta", "100%_done", "gamma", "delta", "epsilon"];

describe("a filter", () => {
  it.each([
    { query: "", names: all },
    { query: "?status=completed", names: ["alpha", "100%_done"] },
    { query: "?status=failed,killed", names: ["beta", "delta"] },
    { query: "?status=running", names: [] },
    { query: "?status=&queue=&tag=&owner=&q=&since=&until=&ordering=&limit=&cursor=&count=", names: all },
    { query: "?queue=default", names: all },
    { query: "?queue=other", names: [] },
    { query: "?tag=night", names: ["alpha", "beta"] },
    { query: "?tag=db&status=pending", names: ["gamma"] },
    { query: "?tag=nigh", names: [] },
    { query: "?q=alpha", names: ["alpha"] },
    { query: "?q=LEDGER", names: ["beta"] },
    { query: "?q=exit", names: ["beta"] },
    { query: "?q=%25_", names: ["100%_done"] },
    { query: "?q=%20alpha%20", names: ["alpha"] },
    { query: "?q='", names: ["gamma"] },
    { query: "?q=gr%C3%B6%C3%9Fe", names: ["gamma"] },
    { query: "?owner=ada", names: all },
    { query: "?outcome=exited", names: ["alpha", "beta", "100%_done"] },
    { query: "?outcome=killed,lost", names: ["delta"] },
    { query: "?node=nowhere", names: [] },
    { query: "?unknown=ignored", names: all },
  ])("$query finds $names", async ({ query, names }) => {
    expect((await list(query)).names).toEqual(names);
  });

  it("since and until go by the time of submission", async () => {
    expect((await list(`?since=${middle}`)).names).toEqual(["gamma", "delta", "epsilon"]);
    expect((await list(`?until=${middle}`)).names).toEqual(["alpha", "beta", "100%_done"]);
    expect((await list("?since=2098-01-01T00:00:00Z")).names).toEqual([]);
    expect((await list(`?since=${encodeURIComponent("2020-01-01T00:00:00+02:00")}`)).names).toEqual(all);
  });
});

describe("the order", () => {
  it("is by id, either way", async () => {
    expect((await list("?ordering=id")).names).toEqual(all);
    expect((await list("?ordering=-id")).names).toEqual(all.toReversed());
  });
});

describe("pages", () => {
  it.each([
    { query: "?limit=1", pages: 6 },
    { query: "?limit=2", pages: 3 },
    { query: "?limit=4&ordering=-id", pages: 2 },
    { query: "?limit=6", pages: 1 },
    { query: "?limit=1000", pages: 1 },
    { query: "?limit=1&status=completed", pages: 2 },
  ])("$query: walked by Link they are the whole", async ({ query, pages }) => {
    const whole = await list(query.replace(/limit=\d+&?/, ""));
    const walked: string[] = [];
    let next: string | null = query;
    let count = 0;
    while (next !== null) {
      const page = await list(next);
      walked.push(...page.names);
      count += 1;
      next = linkOf(page.headers);
    }
    expect(walked).toEqual(whole.names);
    expect(count).toBe(pages);
  });

  it("stay right while tasks come and go between them", async () => {
    const newest = await list("?limit=2&ordering=-id");
    await ada.submit({ name: "extra", run_at: later });
    const rest = await list(linkOf(newest.headers) ?? "");
    expect([newest.names, rest.names]).toEqual([
      ["epsilon", "delta"],
      ["gamma", "100%_done"],
    ]);
  });

  it("have no link without a limit, and the total only when asked for", async () => {
    const plain = await list();
    expect(plain.headers.get("Link")).toBeNull();
    expect(plain.headers.get("X-Total-Count")).toBeNull();
    const counted = await list("?count=true&limit=2&status=completed,failed");
    expect(counted.headers.get("X-Total-Count")).toBe("3");
    expect(counted.tasks).toHaveLength(2);
    expect((await list("?count=false")).headers.get("X-Total-Count")).toBeNull();
  });
});

/** Query of the next page; the link keeps the path and every other parameter. */
function linkOf(headers: Headers): string | null {
  const link = headers.get("Link");
  if (link === null) {
    return null;
  }
  const [, path, query] = /^<(\/taskapi\/tasks\/)(\?[^>]+)>; rel="next"$/.exec(link) ?? [];
  expect(path).toBe("/taskapi/tasks/");
  return query ?? null;
}
