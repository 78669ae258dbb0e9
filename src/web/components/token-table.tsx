import { Button } from "@mantine/core";
import { useState } from "react";
import type { AccessToken } from "../../contract/index.ts";
import { tokenText } from "../token-text.ts";
import { useTimeText } from "../ui/clock.ts";
import { formatMoment } from "../ui/durations.ts";
import { TextButton } from "../ui/text-button.tsx";
import { Ago } from "../ui/times.tsx";
import classes from "./token-table.module.css";

const words = tokenText.columns;
/** Every log in of a command line leaves one behind, so there may be many. */
const loginsAtFirst = 8;

type Asking = { onAsk: (token: AccessToken) => void };

/** Tokens, the newest first, then logins, this browser's and the last used first; on a phone each is a block. */
export function TokenTable({ tokens, onAsk }: Asking & { tokens: readonly AccessToken[] }) {
  const [isShowingAll, showAll] = useState(false);
  const named = tokens.filter((token) => token.name !== null).toSorted((one, other) => other.id - one.id);
  const logins = tokens.filter((token) => token.name === null).toSorted(byUse);
  const shownLogins = isShowingAll ? logins : logins.slice(0, loginsAtFirst);
  return (
    <>
      <table className={classes.table} aria-labelledby="tokens-title">
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.created}</th>
            <th scope="col" title={tokenText.usedHint}>
              {words.used}
            </th>
            <th scope="col">{words.expires}</th>
            <th scope="col">
              <span className="visually-hidden">{words.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {[...named, ...shownLogins].map((token) => (
            <TokenRow key={token.id} token={token} onAsk={onAsk} />
          ))}
        </tbody>
      </table>
      {shownLogins.length < logins.length && (
        <p>
          <TextButton onClick={() => showAll(true)}>{tokenText.allLogins(logins.length)}</TextButton>
        </p>
      )}
    </>
  );
}

function TokenRow({ token, onAsk }: Asking & { token: AccessToken }) {
  const name = token.name ?? tokenText.login(token.id);
  return (
    <tr>
      <th scope="row" className={classes.name} data-login={token.name === null || undefined}>
        {name}
        {token.current && <span className={classes.current}> ({tokenText.current})</span>}
      </th>
      <td data-label={words.created}>
        <Ago at={token.created_at} />
      </td>
      <td data-label={words.used}>{token.last_used_at === null ? tokenText.never : <Ago at={token.last_used_at} />}</td>
      <td data-label={words.expires}>
        {token.expires_at === null ? tokenText.never : <Expiry at={token.expires_at} />}
      </td>
      <td className={classes.actions}>
        <Button size="compact-xs" variant="default" onClick={() => onAsk(token)}>
          {token.name === null ? tokenText.endLogin : tokenText.revoke}
          <span className="visually-hidden"> {name}</span>
        </Button>
      </td>
    </tr>
  );
}

function Expiry({ at }: { at: string }) {
  const atMs = Date.parse(at);
  const left = useTimeText((nowMs) => tokenText.expiry(atMs - nowMs));
  const isOver = useTimeText((nowMs) => String(atMs <= nowMs)) === "true";
  return (
    <time dateTime={at} title={formatMoment(at)} className={isOver ? classes.over : undefined}>
      {left}
    </time>
  );
}

function byUse(one: AccessToken, other: AccessToken): number {
  return usedMs(other) - usedMs(one) || other.id - one.id;
}

function usedMs(token: AccessToken): number {
  return token.current ? Number.POSITIVE_INFINITY : Date.parse(token.last_used_at ?? token.created_at);
}
