import { notifications } from "@mantine/notifications";
import { isOver, type TaskSummary } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { watchText } from "../palette-text.ts";
import { outcomeWords } from "../task/outcome-words.ts";
import { text } from "../text.ts";
import { takeWatched, watchedTasks } from "./watched.ts";

/** Tells the end of a task that is watched: by the browser where it may, and in the page otherwise. */
export function tellEnd(task: TaskSummary): void {
  if (!isOver(task.status) || !takeWatched(task.id)) {
    return;
  }
  const title = watchText.title(task.name, task.id);
  const words = [text.statuses[task.status], outcomeWords(task)].filter(Boolean).join(", ");
  if (!notifyByBrowser(title, words, task.id)) {
    notifications.show({ title, message: words, autoClose: false });
  }
}

/** What ended while nothing was heard: at the start, and after a connection was lost. */
export async function tellMissedEnds(): Promise<void> {
  for (const id of watchedTasks()) {
    const task = await client.call(contract.getTask, { params: { id } }).catch(() => null);
    if (task !== null) {
      tellEnd(task);
    }
  }
}

/** Asks for the permission, once somebody wants it. Answers what is in the way, in a sentence; null when nothing is. */
export async function askToNotify(): Promise<string | null> {
  if (!("Notification" in window)) {
    return watchText.unsupported;
  }
  const permission = await Notification.requestPermission();
  return permission === "granted" ? null : watchText.denied;
}

/** False where the browser does not: it lacks them, was not allowed to, or wants a service worker for them (phones). */
function notifyByBrowser(title: string, body: string, id: number): boolean {
  try {
    if (Notification.permission !== "granted") {
      return false;
    }
    const notice = new Notification(title, { body, tag: `utm-task-${id}`, icon: "/favicon.svg" });
    notice.onclick = () => {
      window.focus();
      window.location.assign(`/tasks/${id}`);
    };
    return true;
  } catch {
    return false;
  }
}
