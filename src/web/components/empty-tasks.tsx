import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Account } from "../../contract/index.ts";
import { createTask, newSubmissionKey, type Order } from "../api/create-task.ts";
import { errorText } from "../api/error-text.ts";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import classes from "./empty-tasks.module.css";

const commands = [
  { name: "count to five", command: 'for i in 1 2 3 4 5; do echo "step $i of 5"; sleep 1; done' },
  { name: "disk and load", command: "df -h && uptime" },
  { name: "fail on purpose", command: "printf '\\033[31msomething broke\\033[0m\\n'; exit 3" },
];
const demonstration = [{ name: "demonstration", command: "" }];

/** What stands where no tasks are yet: what a task is, and examples that run at a click. */
export function EmptyTasks({ account }: { account: Account }) {
  const navigate = useNavigate();
  const run = useMutation({
    mutationFn: createTask,
    onSuccess: (task) => navigate({ to: "/tasks/$taskId", params: { taskId: String(task.id) } }),
  });
  const mayTypeCommands = account.permissions.includes("run_commands");
  if (!account.permissions.includes("create_tasks")) {
    return <p className={classes.empty}>{text.tasks.emptyViewer}</p>;
  }
  const examples = mayTypeCommands ? commands : demonstration;
  return (
    <section className={classes.empty} aria-labelledby="no-tasks">
      <h2 id="no-tasks" className={classes.title}>
        {text.tasks.emptyTitle}
      </h2>
      <p className={classes.lead}>{mayTypeCommands ? text.tasks.empty : text.tasks.emptyWithoutCommands}</p>
      {run.error !== null && <ErrorNote message={errorText(run.error)} />}
      <ul className={classes.examples}>
        {examples.map((example) => (
          <li key={example.name} className={classes.example}>
            <span className={classes.name}>{example.name}</span>
            <code className={classes.command}>{example.command || text.tasks.demonstration}</code>
            <Button
              size="compact-sm"
              variant="default"
              disabled={run.isPending}
              onClick={() => run.mutate({ order: orderOf(example), key: newSubmissionKey() })}
              aria-label={`${text.tasks.run} ${example.name}`}
            >
              {text.tasks.run}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function orderOf(example: { name: string; command: string }): Order {
  return example.command === "" ? { name: example.name } : example;
}
