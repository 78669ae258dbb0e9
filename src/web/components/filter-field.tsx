import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { type Problem, readTyped, typedSearch } from "../task/filter-words.ts";
import type { TaskFilter } from "../task/task-filter.ts";
import { listText } from "../task-list-text.ts";
import { text } from "../text.ts";
import { useKeys } from "../ui/keys.ts";
import classes from "./task-filters.module.css";

const typingPauseMs = 250;

type FilterFieldProps = {
  filter: TaskFilter;
  /** Username of the person at the page. */
  me: string;
  hasPills: boolean;
  onChange: (change: Partial<TaskFilter>) => void;
  onRemoveLast: () => void;
};

/** Where a filter is typed: text is searched for as it comes, a finished `name:value` becomes a pill. */
export function FilterField({ filter, me, hasPills, onChange, onRemoveLast }: FilterFieldProps) {
  const [typed, setTyped] = useState(() => typedSearch(filter.search));
  const [problems, setProblems] = useState<Problem[]>([]);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<number | undefined>(undefined);
  const sent = useRef(filter.search);
  const problemsId = useId();
  // The address can change from outside, by the back button or a link.
  useEffect(() => {
    if (filter.search !== sent.current) {
      sent.current = filter.search;
      setTyped(typedSearch(filter.search));
      setProblems([]);
    }
  }, [filter.search]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useKeys({ "/": () => field.current?.select() });

  function apply(next: string, isDone: boolean) {
    window.clearTimeout(timer.current);
    const read = readTyped(next, filter, me, isDone);
    setProblems(read.problems);
    if (isDone || Object.keys(read.change).length > 0) {
      setTyped([typedSearch(read.search), read.kept].filter(Boolean).join(" "));
    }
    sent.current = read.search;
    onChange({ ...read.change, search: read.search });
  }
  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "Enter") {
      apply(typed, true);
    } else if (event.key === "Escape") {
      setTyped("");
      apply("", true);
      event.currentTarget.blur();
    } else if (event.key === "Backspace" && typed === "") {
      onRemoveLast();
    }
  }
  return (
    <>
      <input
        ref={field}
        type="search"
        className={classes.input}
        aria-label={text.tasks.filter}
        aria-invalid={problems.length > 0 || undefined}
        aria-describedby={problems.length > 0 ? problemsId : undefined}
        placeholder={hasPills ? listText.filter.hintMore : listText.filter.hint}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        enterKeyHint="search"
        value={typed}
        onChange={(event) => {
          const next = event.currentTarget.value;
          setTyped(next);
          window.clearTimeout(timer.current);
          timer.current = window.setTimeout(() => apply(next, false), typingPauseMs);
        }}
        onKeyDown={onKeyDown}
      />
      {problems.length > 0 && (
        <span id={problemsId} role="alert" className={classes.fieldProblems}>
          {problems.map((problem) => problem.why).join(" ")}
        </span>
      )}
    </>
  );
}
