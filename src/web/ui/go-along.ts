import type { KeyboardEvent } from "react";

/** Goes along a list of links by the arrow keys, Home and End: of all of them only one has to be a stop of Tab. */
export function goAlong(event: KeyboardEvent<HTMLElement>): void {
  const here = event.currentTarget.closest("li");
  const next = {
    ArrowLeft: here?.previousElementSibling,
    ArrowRight: here?.nextElementSibling,
    Home: here?.parentElement?.firstElementChild,
    End: here?.parentElement?.lastElementChild,
  }[event.key];
  if (next) {
    event.preventDefault();
    next.querySelector("a")?.focus();
  }
}
