import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { TaskDetail } from "../../contract/index.ts";
import { meQuery } from "../api/account-queries.ts";
import { client, contract } from "../api/client.ts";
import { newSubmissionKey, rerunTask } from "../api/create-task.ts";
import { errorText } from "../api/error-text.ts";
import { applyTasks } from "../live/task-cache.ts";
import { actionRefusal, permissionRefusal } from "../task/permitted.ts";
import { taskText } from "../task-text.ts";
import { text } from "../text.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { useCommands } from "../ui/commands.ts";
import { useKeys } from "../ui/keys.ts";
import { KillDialog } from "./kill-dialog.tsx";

const SignalDialog = lazy(async () => ({ default: (await import("./signal-dialog.tsx")).SignalDialog }));

const words = taskText.actions;
type DialogName = "kill" | "signal";

/** What can be done to a task, as buttons and keys. One that cannot be done now says why. */
export function TaskActions({ task }: { task: TaskDetail }) {
  const navigate = useNavigate();
  const { data: me } = useQuery(meQuery);
  const [dialog, open] = useState<DialogName | null>(null);
  const suspension = useSuspension(task);
  const rerun = useRerun(task);
  const pauseAction = task.suspended && task.status === "running" ? "resume" : "suspend";
  const refusals = {
    pause: actionRefusal(pauseAction, task, me),
    signal: actionRefusal("signal", task, me),
    kill: actionRefusal("kill", task, me),
    submit: permissionRefusal("create_tasks", me),
  };
  function togglePause() {
    if (refusals.pause === null && !suspension.isPending) {
      suspension.mutate(pauseAction);
    }
  }
  function runAgain() {
    if (refusals.submit === null && !rerun.isPending) {
      rerun.mutate();
    }
  }
  function editAndRerun() {
    if (refusals.submit === null) {
      void navigate({ to: "/tasks/new", search: { from: task.id } });
    }
  }
  useKeys({
    s: togglePause,
    r: runAgain,
    e: editAndRerun,
    S: () => refusals.signal === null && open("signal"),
    ".": () => refusals.kill === null && open("kill"),
  });
  useCommands(
    [
      { id: "rerun", label: words.rerun, hint: "r", run: runAgain, refusal: refusals.submit },
      { id: "edit", label: words.editAndRerun, hint: "e", run: editAndRerun, refusal: refusals.submit },
      { id: "pause", label: words[pauseAction], hint: "s", run: togglePause, refusal: refusals.pause },
      { id: "signal", label: words.signal, hint: "S", run: () => open("signal"), refusal: refusals.signal },
      { id: "kill", label: text.task.kill, hint: ".", run: () => open("kill"), refusal: refusals.kill },
    ].filter(({ refusal }) => refusal === null),
  );
  const close = () => open(null);
  return (
    <>
      <ActionButton size="compact-md" variant="default" refusal={refusals.pause} onClick={togglePause}>
        {words[pauseAction]}
      </ActionButton>
      <ActionButton size="compact-md" variant="default" refusal={refusals.signal} onClick={() => open("signal")}>
        {words.signal}
      </ActionButton>
      <ActionButton
        size="compact-md"
        variant="default"
        refusal={refusals.submit}
        hint={words.rerunHint}
        onClick={runAgain}
      >
        {words.rerun}
      </ActionButton>
      <ActionButton
        size="compact-md"
        variant="default"
        refusal={refusals.submit}
        hint={words.editAndRerunHint}
        onClick={editAndRerun}
      >
        {words.editAndRerun}
      </ActionButton>
      <ActionButton size="compact-md" color="red" refusal={refusals.kill} onClick={() => open("kill")}>
        {text.task.kill}
      </ActionButton>
      <KillDialog task={dialog === "kill" ? task : null} onClose={close} />
      <Suspense fallback={null}>{dialog === "signal" && <SignalDialog task={task} onClose={close} />}</Suspense>
    </>
  );
}

/** Suspends or resumes the task. What went wrong is told in a message. */
function useSuspension(task: TaskDetail) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (action: "suspend" | "resume") => {
      const endpoint = action === "suspend" ? contract.suspendTask : contract.resumeTask;
      return client.call(endpoint, { params: { id: task.id } });
    },
    onSuccess: (answer) => applyTasks(queries, new Map([[answer.id, answer]])),
    onError: showError,
  });
}

/** Submits the task once more and goes to the new one. */
function useRerun(task: TaskDetail) {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => rerunTask({ id: task.id, edit: {}, key: newSubmissionKey() }),
    onSuccess: (answer) => navigate({ to: "/tasks/$taskId", params: { taskId: String(answer.id) } }),
    onError: showError,
  });
}

function showError(error: Error) {
  notifications.show({ color: "red", message: errorText(error) });
}
