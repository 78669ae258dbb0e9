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

type Source = { taskId: number; attempt: number; linked: LineLink | null; sizeBytes: number };

/** Copies the linked lines, or without any all of an output, as a terminal would show them. */
export function useCopyOutput({ taskId, attempt, linked, sizeBytes }: Source) {
  const copy = useMutation({
    mutationFn: () => (linked === null ? fetchOutput(taskId, attempt) : fetchLines(taskId, attempt, linked)),
    onSuccess: async (copied) => {
      const isCopied = await copyText(copied);
      notifications.show(isCopied ? { message: text.common.copied } : { color: "red", message: text.errors.copy });
    },
    onError: (error) => notifications.show({ color: "red", message: errorText(error) }),
  });
  return {
    isPending: copy.isPending,
    start: () => {
      if (copy.isPending || attempt === 0) {
        return;
      }
      if (linked === null && sizeBytes > mostBytes) {
        notifications.show({ color: "red", message: viewerText.copy.tooLarge(sizeBytes) });
      } else {
        copy.mutate();
      }
    },
  };
}
