import { Button, PasswordInput, TextInput, useMantineColorScheme } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type Account, permissions } from "../../contract/index.ts";
import { meQuery } from "../api/account-queries.ts";
import { client, contract } from "../api/client.ts";
import { errorText, formErrors } from "../api/error-text.ts";
import { DocumentTitle } from "../components/document-title.tsx";
import { TokenSection } from "../components/token-section.tsx";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import form from "../ui/form-stack.module.css";
import page from "../ui/page-body.module.css";
import { PageHeader } from "../ui/page-header.tsx";
import { ToggleButton } from "../ui/toggle-button.tsx";
import classes from "./account.module.css";

const fields = ["username", "email", "password"] as const;

export function AccountPage() {
  const me = useQuery(meQuery);
  return (
    <>
      <DocumentTitle page={text.account.title} />
      <PageHeader title={text.account.title} context={me.data && text.account.context(text.roles[me.data.role])} />
      <div className={page.body}>
        {me.error !== null && <ErrorNote message={errorText(me.error)} onRetry={() => void me.refetch()} />}
        {me.data !== undefined && (
          <div className={classes.sections}>
            <AccountForm key={me.data.updated_at} account={me.data} />
            <div className={classes.wide}>
              <TokenSection />
            </div>
            <Rights account={me.data} />
            <Appearance />
          </div>
        )}
      </div>
    </>
  );
}

function AccountForm({ account }: { account: Account }) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState({ username: account.username, email: account.email, password: "" });
  const save = useMutation({
    mutationFn: (body: Partial<typeof draft>) => client.call(contract.updateMe, { body }),
    onSuccess: (saved) => {
      queries.setQueryData(meQuery.queryKey, saved);
      notifications.show({ message: text.account.saved });
    },
  });
  const { byField, rest } = formErrors(save.error, fields);

  function change(field: (typeof fields)[number], value: string) {
    setDraft((before) => ({ ...before, [field]: value }));
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    const body: Partial<typeof draft> = {};
    for (const field of ["username", "email"] as const) {
      if (draft[field] !== account[field]) {
        body[field] = draft[field];
      }
    }
    if (draft.password !== "") {
      body.password = draft.password;
    }
    if (Object.keys(body).length === 0) {
      notifications.show({ message: text.account.nothingChanged });
    } else {
      save.mutate(body);
    }
  }
  return (
    <form onSubmit={submit} className={form.stack} noValidate>
      {rest !== null && <ErrorNote message={rest} />}
      <TextInput
        label={text.account.username}
        autoComplete="username"
        value={draft.username}
        onChange={(event) => change("username", event.currentTarget.value)}
        error={byField.username}
      />
      <TextInput
        label={text.account.email}
        type="email"
        autoComplete="email"
        value={draft.email}
        onChange={(event) => change("email", event.currentTarget.value)}
        error={byField.email}
      />
      <PasswordInput
        label={text.account.newPassword}
        description={text.account.newPasswordHint}
        autoComplete="new-password"
        value={draft.password}
        onChange={(event) => change("password", event.currentTarget.value)}
        error={byField.password}
        visibilityToggleButtonProps={{ "aria-label": text.common.showPassword }}
      />
      <Button type="submit" loading={save.isPending} className={classes.save}>
        {text.common.save}
      </Button>
    </form>
  );
}

function Rights({ account }: { account: Account }) {
  return (
    <section>
      <h2 className={classes.heading}>{text.account.rights}</h2>
      <ul className={classes.rights}>
        {account.permissions.map((name) => (
          <li key={name}>{permissions[name]}</li>
        ))}
      </ul>
    </section>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <section>
      <h2 className={classes.heading}>{text.account.appearance}</h2>
      <fieldset className={classes.choice} aria-label={text.scheme.label}>
        {(["auto", "light", "dark"] as const).map((scheme) => (
          <ToggleButton key={scheme} isOn={scheme === colorScheme} onClick={() => setColorScheme(scheme)}>
            {text.scheme[scheme]}
          </ToggleButton>
        ))}
      </fieldset>
    </section>
  );
}
