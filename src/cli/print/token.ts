import type { AccessToken } from "../../contract/index.ts";
import { type Cell, type Column, renderTable, type TableOptions } from "./table.ts";
import { formatAge, formatDuration } from "./time.ts";

const columns: readonly Column[] = [
  { title: "ID", align: "right" },
  { title: "NAME", maxWidth: 40 },
  { title: "CREATED" },
  { title: "LAST USED" },
  { title: "EXPIRES" },
];

/** Tokens and logins as a table. `now` is the time that ages count from, in epoch milliseconds. */
export function renderTokens(tokens: readonly AccessToken[], now: number, options: TableOptions): string {
  const rows = tokens.map((token): Cell[] => [
    { text: String(token.id) },
    nameCell(token),
    { text: formatAge(token.created_at, now) },
    { text: token.last_used_at === null ? "never" : formatAge(token.last_used_at, now) },
    expiryCell(token, now),
  ]);
  return renderTable(columns, rows, options);
}

function nameCell({ name, current }: AccessToken): Cell {
  const text = current ? `${name ?? "login"} (this one)` : (name ?? "login");
  return name === null ? { text, colour: "gray" } : { text };
}

function expiryCell({ expires_at: at }: AccessToken, now: number): Cell {
  if (at === null) {
    return { text: "never" };
  }
  const leftMs = Date.parse(at) - now;
  return leftMs > 0
    ? { text: `in ${formatDuration(leftMs)}` }
    : { text: `expired ${formatAge(at, now)}`, colour: "red" };
}
