import { TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { Account, TaskStatus } from "../../contract/index.ts";
import { taskStatuses } from "../../contract/index.ts";
import type { TaskFilter } from "../task/list-arrangement.ts";
import { text } from "../text.ts";
import { SearchIcon } from "../ui/icons.tsx";
import { useKeys } from "../ui/keys.ts";
import { ToggleButton } from "../ui/toggle-button.tsx";
import classes from "./task-filters.module.css";

const typingPauseMs = 250;

/** Text, status and owner of the tasks to show. The address holds what is chosen. */
export function TaskFilters(props: {
  filter: TaskFilter;
  onChange: (change: Partial<TaskFilter>) => void;
  account: Account;
  mayChooseOwner: boolean;
}) {
  const { filter, onChange } = props;
  function toggle(status: TaskStatus) {
    const isChosen = filter.statuses.includes(status);
    const statuses = taskStatuses.filter((other) => (other === status ? !isChosen : filter.statuses.includes(other)));
    onChange({ statuses });
  }
  return (
    <search className={classes.bar}>
      <SearchField value={filter.search} onChange={(search) => onChange({ search })} />
      <fieldset className={classes.group} aria-label={text.tasks.statusFilter}>
        <ToggleButton isOn={filter.statuses.length === 0} onClick={() => onChange({ statuses: [] })}>
          {text.tasks.allStatuses}
        </ToggleButton>
        {taskStatuses.map((status) => (
          <ToggleButton key={status} isOn={filter.statuses.includes(status)} onClick={() => toggle(status)}>
            {text.statuses[status]}
          </ToggleButton>
        ))}
      </fieldset>
      {props.mayChooseOwner && (
        <fieldset className={classes.group} aria-label={text.tasks.owner}>
          <ToggleButton isOn={filter.owner !== null} onClick={() => onChange({ owner: props.account.username })}>
            {text.tasks.mine}
          </ToggleButton>
          <ToggleButton isOn={filter.owner === null} onClick={() => onChange({ owner: null })}>
            {text.tasks.everybody}
          </ToggleButton>
        </fieldset>
      )}
    </search>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<number | undefined>(undefined);
  // The address can change from outside, by the back button or a link.
  useEffect(() => setTyped(value), [value]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useKeys({ "/": () => field.current?.select() });

  function apply(next: string) {
    window.clearTimeout(timer.current);
    onChange(next.trim());
  }
  return (
    <TextInput
      ref={field}
      className={classes.search}
      size="xs"
      type="search"
      aria-label={text.tasks.filter}
      placeholder={text.tasks.filterHint}
      leftSection={<SearchIcon />}
      value={typed}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => apply(next), typingPauseMs);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") {
          apply(typed);
        } else if (event.key === "Escape") {
          setTyped("");
          apply("");
          event.currentTarget.blur();
        }
      }}
    />
  );
}
