import { createHash } from "node:crypto";
import type { SharedCounter } from "../shared-counter.ts";
import type { RedisLink } from "./redis-link.ts";

/** Counting and setting the end of the window are one step: a key without an end would count for ever. */
const script = `
local count = redis.call("INCR", KEYS[1])
local left = redis.call("PTTL", KEYS[1])
if left < 0 then
  redis.call("PEXPIRE", KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}`;

/** A login waits for it, so it is not waited for long. */
const patienceMs = 500;

export function createRedisCounter(link: RedisLink, prefix: string): SharedCounter {
  return {
    async count({ key, windowMs }) {
      if (link.problem() !== null) {
        return null;
      }
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<null>((resolve) => {
        timer = setTimeout(resolve, patienceMs, null);
      });
      // Keys hold what people typed, of any length: Redis gets to see none of it.
      const name = createHash("sha256").update(key).digest("base64url");
      const counted = link.commands.eval(script, 1, `${prefix}:count:${name}`, windowMs).then(
        (result) => {
          const [count, leftMs] = result as [number, number];
          return { count, leftMs };
        },
        () => null,
      );
      const answer = await Promise.race([counted, tooLate]);
      clearTimeout(timer);
      return answer;
    },
  };
}
