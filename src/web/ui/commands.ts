import { useEffect, useRef } from "react";

/** Something the command palette offers: what it says, and what it does. */
export type PaletteCommand = { id: string; label: string; hint?: string; run: () => void };

type Offer = { current: readonly PaletteCommand[] };
const offers: Offer[] = [];

/** Offers commands in the palette while the part of the page that has them is on the screen. */
export function useCommands(commands: readonly PaletteCommand[]): void {
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  useEffect(() => {
    offers.push(latest);
    return () => {
      offers.splice(offers.indexOf(latest), 1);
    };
  }, []);
}

/** What is offered now; what came to the screen last comes first. */
export function offeredCommands(): PaletteCommand[] {
  return offers.toReversed().flatMap((offer) => offer.current);
}
