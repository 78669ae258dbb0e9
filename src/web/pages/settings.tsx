import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { SettingInForce } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { settingsQuery } from "../api/settings-queries.ts";
import { DocumentTitle } from "../components/document-title.tsx";
import { SettingsTable } from "../components/settings-table.tsx";
import { settingsText, sourceText, valueText } from "../settings-text.ts";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import { useKeys } from "../ui/keys.ts";
import page from "../ui/page-body.module.css";
import { PageHeader } from "../ui/page-header.tsx";
import { TextButton } from "../ui/text-button.tsx";
import classes from "./settings.module.css";

const route = getRouteApi("/app/settings");

/** What the server was started with, for admins: each setting with its value, where it came from, and what it means. */
export function SettingsPage() {
  const settings = useQuery(settingsQuery);
  const [typed, filter] = useFilter();
  const field = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => field.current?.select() });
  const changed = settings.data?.filter(({ source }) => source !== "default").length ?? 0;
  const shown = settings.data?.filter((setting) => matches(setting, typed));
  return (
    <>
      <DocumentTitle page={settingsText.title} />
      <PageHeader
        title={settingsText.title}
        context={settings.data && settingsText.context(settings.data.length, changed)}
      />
      <div className={page.body}>
        <p className={classes.about}>{settingsText.about}</p>
        <TextInput
          ref={field}
          type="search"
          size="xs"
          className={classes.filter ?? ""}
          aria-label={settingsText.filter}
          placeholder={settingsText.filterHint}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => filter(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && filter("")}
        />
        {settings.error !== null && (
          <ErrorNote message={errorText(settings.error)} onRetry={() => void settings.refetch()} />
        )}
        {settings.isPending && settings.error === null && <p className={page.dim}>{text.common.loading}</p>}
        {shown?.length === 0 && (
          <p className={page.dim}>
            {settingsText.none} <TextButton onClick={() => filter("")}>{settingsText.clear}</TextButton>
          </p>
        )}
        {shown !== undefined && shown.length > 0 && <SettingsTable settings={shown} />}
      </div>
    </>
  );
}

/** What is typed is in the address as well; the field does not wait for the address to follow. */
function useFilter(): [string, (typed: string) => void] {
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(q);
  const sent = useRef(q);
  useEffect(() => {
    // The address can change from outside, by the back button or a link.
    if (q !== sent.current) {
      sent.current = q;
      setTyped(q);
    }
  }, [q]);
  function filter(words: string) {
    setTyped(words);
    sent.current = words;
    void navigate({ search: { q: words || undefined }, replace: true });
  }
  return [typed, filter];
}

/** Every word typed stands somewhere in the row. */
function matches(setting: SettingInForce, typed: string): boolean {
  const { name, flag, description } = setting;
  const row = [name, flag, valueText(setting), sourceText(setting), description].join(" ").toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => row.includes(word));
}
