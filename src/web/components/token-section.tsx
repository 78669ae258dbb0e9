import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AccessToken, NewAccessToken } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { tokensQuery } from "../api/token-queries.ts";
import { text } from "../text.ts";
import { tokenText } from "../token-text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import { MadeToken } from "./made-token.tsx";
import { NewTokenDialog } from "./new-token-dialog.tsx";
import { RevokeTokenDialog } from "./revoke-token-dialog.tsx";
import classes from "./token-section.module.css";
import { TokenTable } from "./token-table.tsx";

/** What opens this account: tokens made for programs, and logins. */
export function TokenSection() {
  const tokens = useQuery(tokensQuery);
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<NewAccessToken | null>(null);
  const [inQuestion, ask] = useState<AccessToken | null>(null);
  const hasNone = tokens.data?.every((token) => token.name === null) ?? false;
  return (
    <section className={classes.section} aria-labelledby="tokens-title">
      <div className={classes.head}>
        <h2 id="tokens-title" className={classes.title}>
          {tokenText.title}
        </h2>
        <Button size="compact-sm" variant="default" onClick={() => setMaking(true)}>
          {tokenText.make}
        </Button>
      </div>
      <p className={classes.dim}>
        {tokenText.about} {hasNone && tokenText.none}
      </p>
      {made !== null && <MadeToken key={made.id} made={made} onDone={() => setMade(null)} />}
      {tokens.error !== null && <ErrorNote message={errorText(tokens.error)} onRetry={() => void tokens.refetch()} />}
      {tokens.isPending && tokens.error === null && <p className={classes.dim}>{text.common.loading}</p>}
      {tokens.data !== undefined && <TokenTable tokens={tokens.data} onAsk={ask} />}
      {isMaking && <NewTokenDialog onClose={() => setMaking(false)} onMade={setMade} />}
      {inQuestion !== null && (
        <RevokeTokenDialog
          token={inQuestion}
          onClose={() => ask(null)}
          onRevoked={(id) => setMade((shown) => (shown?.id === id ? null : shown))}
        />
      )}
    </section>
  );
}
