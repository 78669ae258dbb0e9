import { type MouseEvent, type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { text } from "../text.ts";
import classes from "./dialog.module.css";
import { FailedIcon } from "./icons.tsx";

/**
 * A modal dialog, open as long as it is rendered. The browser's own element keeps the focus inside and gives it back.
 * What carries `data-autofocus` gets the focus first.
 */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => element?.close();
  }, []);

  function closeOnBackdrop(event: MouseEvent) {
    if (event.target === dialog.current) {
      props.onClose();
    }
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it by keyboard
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      className={classes.dialog}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onClick={closeOnBackdrop}
    >
      <div className={classes.content}>
        <div className={classes.head}>
          <h2 id={titleId} className={classes.title}>
            {props.title}
          </h2>
          <button type="button" className={classes.close} aria-label={text.common.close} onClick={props.onClose}>
            <FailedIcon />
          </button>
        </div>
        {props.children}
      </div>
    </dialog>
  );
}
