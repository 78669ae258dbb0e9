import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { extended, lineFragment, readLineLink } from "./line-link.ts";
import type { FindTarget } from "./use-find.ts";

/**
 * The line somebody wants to see: the one the address names, or the match they walked to, whichever was asked for last.
 * Until `forget` there is one, and the output is not followed.
 */
export function useLineGoal(match: FindTarget | null) {
  const fragment = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const linked = useMemo(() => readLineLink(fragment), [fragment]);
  const [goal, setGoal] = useState<FindTarget | null>(null);
  useEffect(() => {
    if (linked !== null) {
      setGoal({ number: linked.from, text: "" });
    }
  }, [linked]);
  useEffect(() => {
    if (match !== null) {
      setGoal(match);
    }
  }, [match]);

  function show(hash: string | undefined) {
    void navigate({ to: ".", search: true, hash: hash ?? "", replace: true, resetScroll: false });
  }
  return {
    goal,
    linked,
    /** Puts a line into the address, or the lines from the linked one to it. */
    link: (line: number, isExtending: boolean) => show(lineFragment(extended(isExtending ? linked : null, line))),
    forget: () => {
      setGoal(null);
      if (linked !== null) {
        show(undefined);
      }
    },
  };
}
