import { useCallback, useEffect, useRef, useState } from "react";
import { readSetting, writeSetting } from "../ui/settings.ts";

/** How the person wants to see outputs: wrapped, with times, and in all of the screen. The first two are kept. */
export function useViewerOptions() {
  const [isWrapped, wrap] = useState(isWrappedAtFirst);
  const [showsTimes, showTimes] = useState(() => readSetting("times") === "on");
  const [isFull, setFull] = useState(false);

  useEffect(() => {
    const onChange = () => {
      if (document.fullscreenElement === null) {
        setFull(false);
      }
    };
    document.addEventListener("fullscreenchange", onChange);
    return () => document.removeEventListener("fullscreenchange", onChange);
  }, []);
  const leaveFull = useCallback(() => {
    setFull(false);
    if (document.fullscreenElement !== null) {
      void document.exitFullscreen();
    }
  }, []);
  useEffect(() => leaveFull, [leaveFull]);
  const viewRef = useRef<HTMLDivElement>(null);
  useEffect(() => (isFull && viewRef.current !== null ? hideAllBut(viewRef.current) : undefined), [isFull]);

  return {
    ...{ isWrapped, showsTimes, isFull, leaveFull, viewRef },
    toggleWrap: () => {
      writeSetting("wrap", isWrapped ? "off" : "on");
      wrap(!isWrapped);
    },
    toggleTimes: () => {
      writeSetting("times", showsTimes ? "off" : "on");
      showTimes(!showsTimes);
    },
    toggleFull: () => (isFull ? leaveFull() : enterFull(setFull)),
  };
}

export type ViewerOptions = ReturnType<typeof useViewerOptions>;

/** Where the browser does not give the screen (a phone, a frame), the viewer still fills the window. */
function enterFull(setFull: (isFull: boolean) => void): void {
  setFull(true);
  // All of the page, not the viewer alone: dialogs and messages live outside of it.
  document.documentElement.requestFullscreen?.().catch(() => undefined);
}

/** What lies behind is neither read nor reached by Tab. Messages and dialogs are outside of the page's root. */
function hideAllBut(shown: Element): () => void {
  const hidden: Element[] = [];
  for (let part = shown; part.id !== "root" && part.parentElement !== null; part = part.parentElement) {
    for (const other of part.parentElement.children) {
      if (other !== part && !other.hasAttribute("inert")) {
        other.setAttribute("inert", "");
        hidden.push(other);
      }
    }
  }
  return () => {
    for (const part of hidden) {
      part.removeAttribute("inert");
    }
  };
}

/** On a phone lines are wrapped unless the person chose otherwise. */
function isWrappedAtFirst(): boolean {
  const chosen = readSetting("wrap");
  return chosen === null ? window.matchMedia("(max-width: 640px)").matches : chosen === "on";
}
