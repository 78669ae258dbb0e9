import { useQuery } from "@tanstack/react-query";
import { type ReactNode, type RefObject, useEffect, useId, useRef } from "react";
import type { Account } from "../../contract/index.ts";
import { outcomes, taskStatuses } from "../../contract/index.ts";
import { nodesQuery } from "../api/node-queries.ts";
import { menuText } from "../filter-menu-text.ts";
import { momentMs } from "../task/moments.ts";
import type { TaskFilter } from "../task/task-filter.ts";
import { listText } from "../task-list-text.ts";
import { text } from "../text.ts";
import classes from "./filter-menu.module.css";

const words = menuText;

type FilterMenuProps = {
  filter: TaskFilter;
  account: Account;
  mayChooseOwner: boolean;
  onChange: (change: Partial<TaskFilter>) => void;
  onClose: () => void;
  /** What opened it: a click there is not one beside it. */
  opener: RefObject<HTMLElement | null>;
};

/** Every filter to choose from. A choice holds at once; Escape or a click beside it closes it. */
export function FilterMenu({ filter, account, mayChooseOwner, onChange, onClose, opener }: FilterMenuProps) {
  const panel = useRef<HTMLDivElement>(null);
  const nodes = useQuery(nodesQuery);
  useEffect(() => panel.current?.querySelector("input")?.focus(), []);
  useEffect(() => {
    const close = (event: PointerEvent) => {
      const isInside = panel.current?.contains(event.target as Node) || opener.current?.contains(event.target as Node);
      if (!isInside) {
        onClose();
      }
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, [onClose, opener]);

  function toggled<Word>(known: readonly Word[], chosen: readonly Word[], word: Word): Word[] {
    return known.filter((one) => (one === word ? !chosen.includes(one) : chosen.includes(one)));
  }
  return (
    <div
      ref={panel}
      role="dialog"
      aria-label={listText.filter.menu}
      className={classes.panel}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <Group label={words.status}>
        {taskStatuses.map((status) => (
          <Check
            key={status}
            label={text.statuses[status]}
            isOn={filter.statuses.includes(status)}
            onToggle={() => onChange({ statuses: toggled(taskStatuses, filter.statuses, status) })}
          />
        ))}
      </Group>
      <Group label={words.outcome}>
        {outcomes.map((outcome) => (
          <Check
            key={outcome}
            label={text.outcomes[outcome]}
            isOn={filter.outcomes.includes(outcome)}
            onToggle={() => onChange({ outcomes: toggled(outcomes, filter.outcomes, outcome) })}
          />
        ))}
      </Group>
      <div className={classes.column}>
        <Group label={words.submitted}>
          {[["", words.anyTime] as const, ...words.times].map(([since, label]) => (
            <label key={since} className={classes.check}>
              <input
                type="radio"
                name="submitted"
                checked={filter.since === since && filter.until === ""}
                onChange={() => onChange({ since, until: "" })}
              />
              {label}
            </label>
          ))}
          <Moment label={words.from} word={filter.since} edge="start" onChange={(since) => onChange({ since })} />
          <Moment label={words.to} word={filter.until} edge="end" onChange={(until) => onChange({ until })} />
        </Group>
        <Group label={words.ended}>
          <Moment
            label={words.from}
            word={filter.endedSince}
            edge="start"
            onChange={(endedSince) => onChange({ endedSince })}
          />
          <Moment
            label={words.before}
            word={filter.endedBefore}
            edge="start"
            onChange={(endedBefore) => onChange({ endedBefore })}
          />
        </Group>
        <Text label={words.tag} value={filter.tag} onChange={(tag) => onChange({ tag })} />
        <Text label={words.queue} value={filter.queue} onChange={(queue) => onChange({ queue })} />
        <Text
          label={words.node}
          value={filter.node}
          known={nodes.data?.map((node) => node.name) ?? []}
          onChange={(node) => onChange({ node })}
        />
        {mayChooseOwner && (
          <Text
            label={words.owner}
            value={filter.owner ?? ""}
            placeholder={words.everybody}
            onChange={(owner) => onChange({ owner: owner === "" ? account.username : owner })}
          />
        )}
        <button type="button" className={classes.done} onClick={onClose}>
          {words.done}
        </button>
      </div>
    </div>
  );
}

function Group({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{label}</legend>
      {children}
    </fieldset>
  );
}

function Check({ label, isOn, onToggle }: { label: string; isOn: boolean; onToggle: () => void }) {
  return (
    <label className={classes.check}>
      <input type="checkbox" checked={isOn} onChange={onToggle} />
      {label}
    </label>
  );
}

/** Holds when the field is left or Enter pressed. */
function Text(props: {
  label: string;
  value: string;
  placeholder?: string;
  known?: readonly string[];
  onChange: (value: string) => void;
}) {
  const listId = useId();
  const apply = (value: string) => value !== props.value && props.onChange(value);
  return (
    <label className={classes.line}>
      {props.label}
      <input
        key={props.value}
        type="text"
        defaultValue={props.value}
        placeholder={props.placeholder}
        list={props.known === undefined ? undefined : listId}
        autoCapitalize="none"
        onBlur={(event) => apply(event.currentTarget.value.trim())}
        onKeyDown={(event) => event.key === "Enter" && apply(event.currentTarget.value.trim())}
      />
      {props.known !== undefined && (
        <datalist id={listId}>
          {props.known.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
    </label>
  );
}

function Moment(props: { label: string; word: string; edge: "start" | "end"; onChange: (word: string) => void }) {
  const ms = momentMs(props.word, props.edge, Date.now());
  return (
    <label className={classes.line}>
      {props.label}
      <input
        type="datetime-local"
        value={ms === null ? "" : localMinute(ms)}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      />
    </label>
  );
}

/** As the field takes it, in the reader's zone. */
function localMinute(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 16);
}
