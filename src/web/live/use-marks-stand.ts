import { useQuery } from "@tanstack/react-query";
import { pause } from "../../client/follow.ts";
import { client, contract } from "../api/client.ts";
import { taskKeys } from "../api/task-queries.ts";

export type MarksStand = {
  /** False: it was ended by force, and what it wrote last may not have got there. */
  isWhole: boolean;
  /** From this byte on nothing is marked, since there were too many marks; null when all of it is. */
  unmarkedFrom: number | null;
};

const tries = 3;
const pauseMs = 500;

/** What an ended attempt has of its output, and of its marks. Null: that is not known, or not asked. */
export function useMarksStand(taskId: number, attempt: number, isAsked: boolean): MarksStand | null {
  const found = useQuery({
    queryKey: [...taskKeys.stderrMarks(taskId), attempt, "stand"],
    enabled: isAsked,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<MarksStand> => {
      const query = { attempt, first: Number.MAX_SAFE_INTEGER, limit: 1 };
      for (let count = 1; ; count += 1) {
        const { whole, unmarked_from } = await client.call(
          contract.getStderrMarks,
          { params: { id: taskId }, query },
          { signal },
        );
        // The end may be told a moment before the last mark is there.
        if (whole || count === tries) {
          return { isWhole: whole, unmarkedFrom: unmarked_from };
        }
        await pause(pauseMs, signal);
      }
    },
  });
  return isAsked ? (found.data ?? null) : null;
}
