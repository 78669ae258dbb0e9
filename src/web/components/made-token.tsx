import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { NewAccessToken } from "../../contract/index.ts";
import { tokenText } from "../token-text.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import classes from "./made-token.module.css";

const words = tokenText.made;

/** A new token, shown this once, with how it is used. It stays until the person is done with it. */
export function MadeToken({ made, onDone }: { made: NewAccessToken; onDone: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    // Backward, so that a narrow field shows its beginning.
    field.current?.setSelectionRange(0, field.current.value.length, "backward");
    field.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const example = exampleOf(made.token);
  return (
    <section className={classes.made} aria-labelledby="made-title">
      <h3 id="made-title" className={classes.title}>
        {words.title(made.name ?? "")}
      </h3>
      <p>{words.once}</p>
      <div className={classes.row}>
        <input ref={field} className={classes.token} readOnly value={made.token} aria-label={words.token} />
        <CopyButton value={made.token} label={words.copyToken} />
      </div>
      <p className={classes.dim}>{words.examples}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre className={classes.example} tabIndex={0}>
        {example}
      </pre>
      <div className={classes.row}>
        <CopyButton value={example} label={words.copyExamples} />
        <Button size="compact-sm" onClick={onDone}>
          {words.done}
        </Button>
      </div>
    </section>
  );
}

function exampleOf(token: string): string {
  const { origin } = window.location;
  return [
    `export UTM_SERVER=${origin} UTM_TOKEN=${token}`,
    "utm ls",
    `curl -H "Authorization: Token $UTM_TOKEN" ${origin}/taskapi/tasks/`,
  ].join("\n");
}
