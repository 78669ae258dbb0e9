import { quoteForShell, type TaskDetail } from "../../contract/index.ts";

/** The submission of a task as a curl command. The token stands in a variable, standard input is not known any more. */
export function asCurl(task: TaskDetail, origin: string): string {
  const order: Record<string, unknown> = { name: task.name, description: task.description };
  const fields = ["command", "argv", "script", "cwd", "timeout_seconds", "run_at", "limits", "retry", "pty"] as const;
  for (const field of fields) {
    if (task[field] !== null) {
      order[field] = task[field];
    }
  }
  if (task.priority !== 0) {
    order.priority = task.priority;
  }
  if (task.queue !== "default") {
    order.queue = task.queue;
  }
  order.kill_grace_seconds = task.kill_grace_seconds;
  if (Object.keys(task.env).length > 0) {
    order.env = task.env;
  }
  if (task.tags.length > 0) {
    order.tags = task.tags;
  }
  if (task.requested_node !== null) {
    order.node = task.requested_node;
  }
  if (task.labels.length > 0) {
    order.labels = task.labels;
  }
  if (task.sandbox !== "none") {
    order.sandbox = task.sandbox;
  }
  if (task.mark_stderr) {
    order.mark_stderr = true;
  }
  // A terminal takes input by itself.
  if (task.takes_input && task.pty === null) {
    order.input = true;
  }
  return [
    `curl ${origin}/taskapi/tasks/`,
    `-H "Authorization: Token $UTM_TOKEN"`,
    `-H 'Content-Type: application/json'`,
    `-d ${quoteForShell(JSON.stringify(order))}`,
  ].join(" \\\n  ");
}
