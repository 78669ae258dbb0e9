import { type KeyboardEvent, type ReactNode, useRef } from "react";
import classes from "./tabs.module.css";

type Tab<Value extends string> = { value: Value; label: string };

/** A row of tabs; the arrow keys walk along it. */
export function Tabs<Value extends string>(props: {
  label: string;
  tabs: readonly Tab<Value>[];
  current: Value;
  onChange: (value: Value) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  function onKeyDown(event: KeyboardEvent) {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const present = props.tabs.findIndex((tab) => tab.value === props.current);
    const next = props.tabs[(present + step + props.tabs.length) % props.tabs.length];
    if (step !== 0 && next !== undefined) {
      event.preventDefault();
      props.onChange(next.value);
      list.current?.querySelector<HTMLElement>(`#tab-${next.value}`)?.focus();
    }
  }
  return (
    <div ref={list} role="tablist" aria-label={props.label} className={classes.list} onKeyDown={onKeyDown}>
      {props.tabs.map((tab) => {
        const isCurrent = tab.value === props.current;
        return (
          <button
            key={tab.value}
            id={`tab-${tab.value}`}
            type="button"
            role="tab"
            aria-selected={isCurrent}
            aria-controls={isCurrent ? `panel-${tab.value}` : undefined}
            tabIndex={isCurrent ? 0 : -1}
            className={classes.tab}
            onClick={() => props.onChange(tab.value)}
          >
            {tab.label}
          </button>
        );
      })}
    </div>
  );
}

/** What the current tab shows. */
export function TabPanel(props: { value: string; className: string | undefined; children: ReactNode }) {
  return (
    <div role="tabpanel" id={`panel-${props.value}`} aria-labelledby={`tab-${props.value}`} className={props.className}>
      {props.children}
    </div>
  );
}
