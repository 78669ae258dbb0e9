import { useQuery } from "@tanstack/react-query";
import { client, contract } from "../api/client.ts";
import { taskKeys } from "../api/task-queries.ts";

export type MarksStand = {
  /** False: it was ended by force, and what it wrote last may not have got there. */
  isWhole: boolean;
  /** From this byte on nothing is marked, since there were too many marks; null when all of it is. */
  unmarkedFrom: number | null;
};

/** What an ended attempt has of its marks, which are all there when its end is told. Null: not known, or not asked. */
export function useMarksStand(taskId: number, attempt: number, isAsked: boolean): MarksStand | null {
  const found = useQuery({
    queryKey: [...taskKeys.stderrMarks(taskId), attempt, "stand"],
    enabled: isAsked,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<MarksStand> => {
      const query = { attempt, first: Number.MAX_SAFE_INTEGER, limit: 1 };
      const ask = { params: { id: taskId }, query };
      const { whole, unmarked_from } = await client.call(contract.getStderrMarks, ask, { signal });
      return { isWhole: whole, unmarkedFrom: unmarked_from };
    },
  });
  return isAsked ? (found.data ?? null) : null;
}
