import { describe, expect, it } from "vitest";
import { laneQueueName, priorityForBullmq } from "./lane-queues.ts";
import { describeTrouble, judgeServer } from "./redis-trouble.ts";

describe("what is wrong with Redis, in words", () => {
  it.each([
    [{ code: "ECONNREFUSED", message: "connect ECONNREFUSED 10.0.0.1:6379" }, "connection refused"],
    [{ code: "ENOTFOUND", message: "getaddrinfo ENOTFOUND redis.example" }, "its host name is not known"],
    [{ message: "connect ETIMEDOUT" }, "no answer in time"],
    [{ message: "Command timed out" }, "no answer in time"],
    [{ message: "LOADING Redis is loading the dataset in memory" }, "it is still loading its data"],
    [{ message: "READONLY You can't write against a read only replica." }, "it is a replica that takes no writes"],
    [{ code: "DEPTH_ZERO_SELF_SIGNED_CERT", message: "self-signed certificate" }, "its certificate is not trusted"],
    [{ message: "something at redis://:secret@host" }, "connection lost"],
  ])("%o", (error, reason) => {
    expect(describeTrouble(error)).toEqual({ reason, refusal: null });
  });

  it("says what to do where waiting does not help", () => {
    expect(describeTrouble({ message: "WRONGPASS invalid username-password pair" })?.refusal).toContain("REDIS_URL");
    expect(describeTrouble({ message: 'Unknown RESP type 72 "H".' })?.refusal).toContain("is not Redis");
  });

  it("says nothing of what only follows from an earlier failure", () => {
    expect(describeTrouble({ message: "Connection is closed." })).toBeNull();
    expect(describeTrouble({ message: "Reached the max retries per request limit (which is 0)." })).toBeNull();
  });
});

describe("a server", () => {
  it.each([
    ["5.0.14", false],
    ["6.0.20", false],
    ["6.2.0", true],
    ["7.0.15", true],
    ["10.0.0", true],
  ])("of version %s is taken: %s", (version, isTaken) => {
    expect(judgeServer(`redis_version:${version}\r\n`).refusal === null).toBe(isTaken);
  });

  it("that tells neither its version nor its policy is taken", () => {
    expect(judgeServer("")).toEqual({ refusal: null, warning: null });
  });

  it("is warned about when it may throw data away", () => {
    expect(judgeServer("redis_version:7.0.0\r\nmaxmemory_policy:noeviction\r\n").warning).toBeNull();
    expect(judgeServer("maxmemory_policy:volatile-lru\r\n").warning).toContain("volatile-lru");
  });
});

describe("a queue in Redis", () => {
  it("has a name of its own for each lane and node", () => {
    const lanes = ["default", "a:b", "a%3Ab", "node-1", "ä b", "a/b"].map((lane) =>
      laneQueueName({ lane, nodeId: null }),
    );
    const nodes = [1, 2].map((nodeId) => laneQueueName({ lane: "default", nodeId }));
    expect(new Set([...lanes, ...nodes]).size).toBe(8);
    expect([...lanes, ...nodes].filter((name) => name.includes(":"))).toEqual([]);
  });

  it("takes the higher priority first, none of which goes before all others", () => {
    const ours = [1_000_000, 5, 0, -5, -1_000_000];
    const theirs = ours.map(priorityForBullmq);
    expect(theirs).toEqual([...theirs].sort((one, other) => one - other));
    expect(new Set(theirs).size).toBe(ours.length);
    expect(Math.min(...theirs)).toBeGreaterThan(0);
    expect(Math.max(...theirs, priorityForBullmq(-9_999_999))).toBeLessThan(2 ** 21);
  });
});
