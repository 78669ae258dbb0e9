import { expect, test } from "vitest";
import type { TaskDetail } from "../../contract/index.ts";
import { asCurl } from "./as-curl.ts";

const given = {
  command: "echo 'hi'",
  limits: { nice: 5 },
  sandbox: "strict",
  takes_input: true,
  mark_stderr: true,
  timeout_seconds: 30,
  labels: ["gpu"],
};
const notGiven = {
  argv: null,
  script: null,
  cwd: null,
  run_at: null,
  retry: null,
  pty: null,
  env: {},
  tags: [],
  requested_node: "build-1",
};

test("the submission is repeated with what bounds the task, and without what it was not given", () => {
  const task = { name: "greet", description: "", ...given, ...notGiven } as unknown as TaskDetail;
  const body = /-d '(.*)'$/s.exec(asCurl(task, "http://host"))?.[1] ?? "";
  expect(JSON.parse(body.replaceAll("'\\''", "'"))).toEqual({
    ...{ name: "greet", description: "", command: "echo 'hi'", timeout_seconds: 30 },
    ...{ limits: { nice: 5 }, sandbox: "strict", mark_stderr: true, input: true, node: "build-1", labels: ["gpu"] },
  });
});
