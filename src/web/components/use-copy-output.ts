import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { errorText } from "../api/error-text.ts";
import { fetchLines, fetchOutput } from "../api/output-text.ts";
import type { LineLink } from "../live/line-link.ts";
import { text } from "../text.ts";
import { copyText } from "../ui/clipboard.ts";
import { viewerText } from "../viewer-text.ts";

/** More than this makes a browser, and what it is pasted into, stand still. */
const mostBytes = 10_000_000;

type Source = { taskId: number; attempt: number; linked: LineLink | null };

/** Copies the linked lines, or without any all of an output, as a terminal would show them. */
export function useCopyOutput({ taskId, attempt, linked }: Source) {
  const copy = useMutation({
    mutationFn: () => {
      const limited = { attempt, mostBytes };
      return linked === null ? fetchOutput(taskId, limited) : fetchLines(taskId, linked, limited);
    },
    onSuccess: async (copied) => {
      const problem = copied === null ? viewerText.copy.tooLarge(mostBytes) : text.errors.copy;
      const isCopied = copied !== null && (await copyText(copied));
      notifications.show(isCopied ? { message: text.common.copied } : { color: "red", message: problem });
    },
    onError: (error) => notifications.show({ color: "red", message: errorText(error) }),
  });
  return {
    isPending: copy.isPending,
    start: () => {
      if (!copy.isPending && attempt > 0) {
        copy.mutate();
      }
    },
  };
}
