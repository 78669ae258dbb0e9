import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Account } from "../../contract/index.ts";
import { foundTasksQuery } from "../api/task-queries.ts";
import { paletteText } from "../palette-text.ts";
import { matchesWords } from "../task/command-match.ts";
import { text } from "../text.ts";
import { offeredCommands, type PaletteCommand } from "../ui/commands.ts";
import { Dialog } from "../ui/dialog.tsx";
import classes from "./command-palette.module.css";

const typingPauseMs = 150;

/** One field for everything: the actions of what is on the screen, pages, tasks by name or number, a new command. */
export function CommandPalette({ account, onClose }: { account: Account; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  // By id, not by place: the list grows while tasks are looked for.
  const [chosenId, choose] = useState<string | null>(null);
  const found = useCommandsFor(typed.trim(), account);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const index = Math.max(
    0,
    found.commands.findIndex(({ id }) => id === chosenId),
  );

  useEffect(() => {
    list.current?.children[index]?.scrollIntoView({ block: "nearest" });
  }, [index]);

  function run(command: PaletteCommand | undefined) {
    if (command !== undefined) {
      onClose();
      command.run();
    }
  }
  function onKeyDown(event: KeyboardEvent) {
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const count = found.commands.length;
      choose(found.commands[(index + step + count) % count]?.id ?? null);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      run(found.commands[index]);
    }
  }
  return (
    <Dialog title={paletteText.title} onClose={onClose}>
      <input
        data-autofocus
        className={classes.field}
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={found.commands.length > 0 ? `${listId}-${index}` : undefined}
        aria-label={paletteText.field}
        placeholder={paletteText.hint}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          choose(null);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={listId} role="listbox" aria-label={paletteText.results} className={classes.list}>
        {found.commands.map((command, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field above
          <div
            key={command.id}
            id={`${listId}-${place}`}
            role="option"
            aria-selected={place === index}
            className={classes.item}
            onMouseMove={() => choose(command.id)}
            onClick={() => run(command)}
          >
            <span className={classes.label}>{command.label}</span>
            {command.hint !== undefined && <span className={classes.hint}>{command.hint}</span>}
          </div>
        ))}
      </div>
      <p role="status" className={classes.note}>
        {found.isSearching && paletteText.searching}
        {!found.isSearching && found.commands.length === 0 && paletteText.nothing}
      </p>
    </Dialog>
  );
}

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** What fits what was typed: actions and pages first, then tasks, then the words themselves as a new command. */
function useCommandsFor(typed: string, account: Account): { commands: PaletteCommand[]; isSearching: boolean } {
  const navigate = useNavigate();
  const [wanted] = useDebouncedValue(typed, typingPauseMs);
  const seesAll = account.permissions.includes("view_all_tasks");
  const tasks = useQuery({ ...foundTasksQuery(wanted, seesAll ? null : account.username), enabled: wanted !== "" });
  const [offered] = useState(offeredCommands);
  const openTask = (id: number) => void navigate({ to: "/tasks/$taskId", params: { taskId: String(id) } });

  const commands = offered.filter((command) => matchesWords(command.label, typed));
  if (/^#?[1-9]\d{0,14}$/.test(typed)) {
    const id = Number(typed.replace("#", ""));
    commands.unshift({ id: "open", label: paletteText.openTask(id), run: () => openTask(id) });
  }
  if (typed !== "" && wanted === typed) {
    for (const task of tasks.data ?? []) {
      const label = paletteText.task(task.id, task.name);
      const hint = `${text.statuses[task.status]}  ${task.command_line}`;
      commands.push({ id: `task ${task.id}`, label, hint, run: () => openTask(task.id) });
    }
  }
  if (typed !== "" && account.permissions.includes("run_commands")) {
    const run = () => void navigate({ to: "/tasks/new", search: { command: typed } });
    commands.push({ id: "run", label: paletteText.runCommand(typed), run });
  }
  return { commands, isSearching: typed !== "" && (wanted !== typed || tasks.isFetching) };
}
