import { lazy, Suspense, useRef, useState } from "react";
import type { Account } from "../../contract/index.ts";
import { type Pill, type Problem, pillsOf } from "../task/filter-words.ts";
import { isNarrowed, noFilter, type TaskFilter } from "../task/task-filter.ts";
import { listText } from "../task-list-text.ts";
import { text } from "../text.ts";
import { formatClock } from "../ui/durations.ts";
import { DownIcon, FailedIcon, SearchIcon } from "../ui/icons.tsx";
import { useKeys } from "../ui/keys.ts";
import { ToggleButton } from "../ui/toggle-button.tsx";
import { FilterField } from "./filter-field.tsx";
import classes from "./task-filters.module.css";

const FilterMenu = lazy(async () => ({ default: (await import("./filter-menu.tsx")).FilterMenu }));

const words = listText.filter;

export type FilterChange = (change: Partial<TaskFilter>) => void;

/** Which tasks to show: one field for words, a pill for each filter, a menu of all. The address holds what is chosen. */
export function TaskFilters(props: {
  filter: TaskFilter;
  /** What the address has and cannot be used. */
  problems: readonly Problem[];
  onChange: FilterChange;
  account: Account;
  mayChooseOwner: boolean;
}) {
  const { filter, onChange, account } = props;
  const [isMenuOpen, openMenu] = useState(false);
  const menuButton = useRef<HTMLButtonElement>(null);
  const pills = pillsOf(filter, account.username);
  useKeys({ f: () => openMenu(true) });

  function closeMenu() {
    openMenu(false);
    menuButton.current?.focus();
  }
  return (
    <search className={classes.bar}>
      <div className={classes.field}>
        <SearchIcon />
        {pills.map((pill) => (
          <FilterPill key={pill.word} pill={pill} onRemove={() => onChange(pill.without)} />
        ))}
        <FilterField
          filter={filter}
          me={account.username}
          hasPills={pills.length > 0}
          onChange={onChange}
          onRemoveLast={() => onChange(pills.at(-1)?.without ?? {})}
        />
        {isNarrowed(filter) && (
          <button type="button" className={classes.clear} onClick={() => onChange(noFilter)}>
            {words.clearAll}
          </button>
        )}
        <button
          ref={menuButton}
          type="button"
          className={classes.menuButton}
          aria-expanded={isMenuOpen}
          title={words.menuKey}
          onClick={() => openMenu(!isMenuOpen)}
        >
          {words.menu}
          <DownIcon />
        </button>
        {isMenuOpen && (
          <Suspense fallback={null}>
            <FilterMenu
              filter={filter}
              account={account}
              mayChooseOwner={props.mayChooseOwner}
              onChange={onChange}
              onClose={closeMenu}
              opener={menuButton}
            />
          </Suspense>
        )}
      </div>
      {props.mayChooseOwner && (
        <fieldset className={classes.group} aria-label={text.tasks.owner}>
          <ToggleButton isOn={filter.owner === account.username} onClick={() => onChange({ owner: account.username })}>
            {text.tasks.mine}
          </ToggleButton>
          <ToggleButton isOn={filter.owner === null} onClick={() => onChange({ owner: null })}>
            {text.tasks.everybody}
          </ToggleButton>
        </fieldset>
      )}
      {props.problems.length > 0 && (
        <div role="alert" className={classes.problems}>
          {listText.problems.inAddress}
          {props.problems.map((problem) => (
            <span key={problem.word}>
              <code>{problem.word}</code> {problem.why}
            </span>
          ))}
          <button type="button" className={classes.clear} onClick={() => onChange({})}>
            {listText.problems.drop}
          </button>
        </div>
      )}
    </search>
  );
}

/** What a chart writes into the address; people read their clock. */
const instant = /T.*Z$/;

function FilterPill({ pill: { word, value }, onRemove }: { pill: Pill; onRemove: () => void }) {
  return (
    <span className={classes.pill}>
      <span className={classes.pillWord} title={value}>
        {word}:<b>{instant.test(value) ? formatClock(value, Date.now()) : value}</b>
      </span>
      <button type="button" className={classes.pillRemove} aria-label={words.remove(word, value)} onClick={onRemove}>
        <FailedIcon />
      </button>
    </span>
  );
}
