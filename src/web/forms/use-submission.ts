import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { TaskDetail } from "../../contract/index.ts";
import { createTask, type Edit, type Order, rerunTask } from "../api/create-task.ts";
import { formErrors } from "../api/error-text.ts";
import type { CommandLine } from "./command-lines.ts";
import { SubmissionKeys } from "./submission-keys.ts";

/** What is to be sent: a new task, an earlier one changed, or a task for each line with all else in common. */
export type Sendable =
  | { kind: "order"; order: Order }
  | { kind: "rerun"; id: number; edit: Edit }
  | { kind: "lines"; common: Order; lines: readonly CommandLine[] };

export type RefusedLine = { line: CommandLine; reason: string };
/** How far a submission of many lines is. */
export type LinesProgress = { sent: TaskDetail[]; refused: RefusedLine[]; done: number; total: number };

type Answers = {
  onTask: (task: TaskDetail) => void;
  /** A line became a task. */
  onLine: (line: CommandLine) => void;
  /** Every line did. */
  onLines: () => void;
};

/** Submits, each thing once however often it is tried. A failure that ends it is in `error`. */
export function useSubmission(answers: Answers) {
  const [keys] = useState(() => new SubmissionKeys());
  const isLeft = useRef(false);
  const [progress, setProgress] = useState<LinesProgress | null>(null);

  useEffect(() => {
    isLeft.current = false;
    return () => {
      isLeft.current = true;
    };
  }, []);

  async function sendLines(common: Order, lines: readonly CommandLine[]): Promise<void> {
    const now: LinesProgress = { sent: [], refused: [], done: 0, total: lines.length };
    setProgress(now);
    for (const line of lines) {
      // Whoever left the page keeps the rest in the draft.
      if (isLeft.current) {
        return;
      }
      const order = { ...common, command: line.command };
      try {
        now.sent.push(await keys.submit(order, (key) => createTask({ order, key })));
        answers.onLine(line);
      } catch (error) {
        now.refused.push({ line, reason: reasonOfLine(error) });
      }
      now.done += 1;
      setProgress({ ...now });
    }
    if (now.refused.length === 0) {
      answers.onLines();
    }
  }

  const run = useMutation({
    mutationFn: async (sendable: Sendable) => {
      if (sendable.kind === "lines") {
        return sendLines(sendable.common, sendable.lines);
      }
      setProgress(null);
      const task = await keys.submit(sendable, (key) =>
        sendable.kind === "order"
          ? createTask({ order: sendable.order, key })
          : rerunTask({ id: sendable.id, edit: sendable.edit, key }),
      );
      answers.onTask(task);
    },
  });
  /** The lines that were refused are being changed. */
  function dropRefused() {
    setProgress((now) => (now === null || now.refused.length === 0 ? now : { ...now, refused: [] }));
  }
  return { run, progress, dropRefused };
}

/** Why this line alone was refused. Throws what concerns all of them: a field they share, a right, the connection. */
function reasonOfLine(error: unknown): string {
  const { byField, rest } = formErrors(error, ["command"]);
  if (rest !== null || byField.command === undefined) {
    throw error;
  }
  return byField.command;
}
