import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { errorText } from "../api/error-text.ts";
import type { FindQuery, useFind } from "../live/use-find.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { DownIcon, FailedIcon, SearchIcon, UpIcon } from "../ui/icons.tsx";
import { ToggleButton } from "../ui/toggle-button.tsx";
import { viewerText } from "../viewer-text.ts";
import classes from "./find-bar.module.css";

const words = viewerText.find;
const typingPauseMs = 250;

type FindBarProps = {
  find: ReturnType<typeof useFind>;
  query: FindQuery;
  onChange: (query: FindQuery) => void;
  /** Whether only the lines that have it are shown. */
  isOnly: boolean;
  onOnly: (isOnly: boolean) => void;
  onClose: () => void;
};

/** What to look for, how many lines have it, and the way from one to the next. */
export function FindBar({ find, query, isOnly, onOnly, onChange, onClose }: FindBarProps) {
  const [typed, setTyped] = useState(query.text);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  function apply(text: string, isRegex: boolean) {
    window.clearTimeout(timer.current);
    onChange({ text, isRegex });
  }
  function type(text: string) {
    setTyped(text);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => apply(text, query.isRegex), typingPauseMs);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Escape") {
      onClose();
    } else if (event.key === "Enter" && typed !== query.text) {
      apply(typed, query.isRegex);
    } else if (event.key === "Enter") {
      walk(event.shiftKey);
    }
  }
  function walk(isBack: boolean) {
    if (isBack) {
      find.previous();
    } else {
      void find.next();
    }
  }
  return (
    <search className={classes.bar} aria-label={words.label}>
      <SearchIcon />
      <input
        ref={field}
        className={classes.field}
        aria-label={words.field}
        placeholder={words.hint}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <output className={classes.count}>{countWords(find, query)}</output>
      <IconButton label={words.previous} isDisabled={find.total === 0} onClick={() => walk(true)}>
        <UpIcon />
      </IconButton>
      <IconButton label={words.next} isDisabled={find.total === 0} onClick={() => walk(false)}>
        <DownIcon />
      </IconButton>
      <ToggleButton isOn={query.isRegex} onClick={() => apply(typed, !query.isRegex)} title={words.regexTitle}>
        {words.regex}
      </ToggleButton>
      <ToggleButton isOn={isOnly} onClick={() => onOnly(!isOnly)} title={words.onlyTitle}>
        {words.only}
      </ToggleButton>
      <IconButton label={words.close} onClick={onClose}>
        <FailedIcon />
      </IconButton>
      {find.error !== null && (
        <p role="alert" className={classes.error}>
          {errorText(find.error)}
        </p>
      )}
    </search>
  );
}

function countWords(find: FindBarProps["find"], query: FindQuery): string {
  if (query.text === "" || find.error !== null) {
    return "";
  }
  if (find.isSearching) {
    return words.searching;
  }
  return find.index === null ? words.nothing : words.count(find.index + 1, find.total);
}
