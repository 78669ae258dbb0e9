import { describe, expect, it, test } from "vitest";
import { settingsInForce } from "./in-force.ts";
import { loadConfig } from "./load.ts";

function shown(environment: Record<string, string>, flags: Record<string, string> = {}) {
  return settingsInForce(loadConfig({ flags, environment: { UTM_DATA_DIR: "/srv/utm", ...environment } }));
}

const row = (rows: ReturnType<typeof shown>, name: string) => rows.find((setting) => setting.name === name);

test("each setting is shown with its value, where it came from and what it means", () => {
  const rows = shown({ PORT: "9001", UTM_LABELS: "gpu, big" }, { port: "9002" });
  expect(row(rows, "PORT")).toEqual({
    ...{ name: "PORT", flag: "--port", value: 9002, source: "flag", file: null, default: "8000" },
    description: "Port to listen on; 0 for any free one.",
  });
  expect(row(rows, "UTM_LABELS")).toMatchObject({ value: "gpu,big", source: "environment" });
  expect(row(rows, "UTM_RUN_AS")).toMatchObject({ value: null, source: "default", default: "the server's own user" });
  expect(row(rows, "DATABASE_URL")).toMatchObject({ value: "sqlite:/srv/utm/utm.sqlite", source: "default" });
});

describe("of an address", () => {
  it.each([
    ["postgres://utm:hush@db.example.org/utm?sslmode=require", "postgres://utm:***@db.example.org/utm?sslmode=require"],
    ["mysql://utm@db.example.org/utm", "mysql://utm@db.example.org/utm"],
    ["mysql://utm:hu%40sh@[::1]:3306/utm", "mysql://utm:***@[::1]:3306/utm"],
    ["sqlite:/home/a@b/utm.sqlite", "sqlite:/home/a@b/utm.sqlite"],
    ["sqlite:utm:1.sqlite", "sqlite:utm:1.sqlite"],
    ["postgres://utm:hush@db/utm?pool=4&wait=60", "postgres://utm:***@db/utm?pool=4&wait=60"],
    ["postgres://db/utm?user=a&pwd=hush", "postgres://db/utm?user=***&pwd=***"],
  ])("%s is shown %s", (address, expected) => {
    expect(row(shown({ DATABASE_URL: address }), "DATABASE_URL")?.value).toBe(expected);
  });

  it.each([
    "postgres://utm:12/hush@db/utm",
    "postgres://utm:12#hush@db/utm",
    "postgres://utm:12?hush@db/utm",
    "postgres:utm:hush@db/utm",
    "postgres:/utm:hush@db/utm",
    "postgres:///utm:hush@db/utm",
    "postgres:///utm:hush%40db",
    "mysql:utm:hush",
    "mysql:/hush",
  ])("%s, which was not written as it must be, only that there is one", (address) => {
    expect(row(shown({ DATABASE_URL: address }), "DATABASE_URL")?.value).toBe("set");
  });

  it("of Redis, neither the password nor what stands in its parameters", () => {
    const rows = shown({
      DATABASE_URL: "postgres://utm@db/utm",
      REDIS_URL: "rediss://:hush@redis.example.org:6380/2?sentinelPassword=hush&family=6",
    });
    expect(row(rows, "REDIS_URL")?.value).toBe("rediss://:***@redis.example.org:6380/2?sentinelPassword=***&family=6");
    expect(row(shown({}), "REDIS_URL")?.value).toBeNull();
  });

  it.each([
    ["redis:/:hush@r", "set"],
    ["redis::hush@r", "set"],
    ["redis:///2?path=/run/redis.sock", "redis:///2?path=/run/redis.sock"],
    ["redis:///2?path=/run/redis.sock&password=hush", "redis:///2?path=%2Frun%2Fredis.sock&password=***"],
  ])("of Redis, %s is shown %s", (address, expected) => {
    const rows = shown({ DATABASE_URL: "postgres://utm@db/utm", REDIS_URL: address });
    expect(row(rows, "REDIS_URL")?.value).toBe(expected);
  });
});
