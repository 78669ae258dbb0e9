import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { ApiFailure } from "../../client/client.ts";
import type { ServerInfo } from "../../contract/index.ts";
import { infoQuery } from "../api/account-queries.ts";
import { client, contract } from "../api/client.ts";
import { formErrors } from "../api/error-text.ts";
import { safeReturnPath } from "../session/return-path.ts";
import { beginSession } from "../session/session.ts";
import { text } from "../text.ts";
import { Door } from "../ui/door.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import form from "../ui/form-stack.module.css";

const route = getRouteApi("/register");
const fields = ["username", "email", "password"] as const;

/** Creates the account and logs in with it. An account that waits for approval cannot log in yet, and is told so. */
async function registerAndLogin(account: Record<(typeof fields)[number], string>) {
  await client.call(contract.register, { body: account });
  const { username, password } = account;
  try {
    return { token: (await client.call(contract.login, { body: { username, password } })).token, notice: "" };
  } catch (error) {
    const why = error instanceof ApiFailure ? error.message : text.errors.unreachable;
    return { token: null, notice: `${text.register.created(username)} ${why}` };
  }
}

export function RegisterPage() {
  const { to } = route.useSearch();
  const router = useRouter();
  const { data: info } = useQuery(infoQuery);
  const [account, setAccount] = useState({ username: "", email: "", password: "" });
  const register = useMutation({
    mutationFn: () => registerAndLogin(account),
    onSuccess: ({ token }) => {
      if (token !== null) {
        beginSession(token);
        router.history.push(safeReturnPath(to));
      }
    },
  });
  const { byField, rest } = formErrors(register.error, fields);
  useEffect(() => {
    document.title = text.documentTitle(text.register.title, 0, 0);
  }, []);

  function change(field: (typeof fields)[number], value: string) {
    setAccount((before) => ({ ...before, [field]: value }));
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    register.mutate();
  }
  return (
    <Door product={text.product} title={text.register.title} context={contextOf(info)}>
      {register.data?.token === null ? (
        <p role="status">{register.data.notice}</p>
      ) : (
        <form onSubmit={submit} className={form.stack} noValidate>
          {rest !== null && <ErrorNote message={rest} />}
          <TextInput
            label={text.register.username}
            description={text.register.usernameHint}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            value={account.username}
            onChange={(event) => change("username", event.currentTarget.value)}
            error={byField.username}
          />
          <TextInput
            label={text.register.email}
            name="email"
            type="email"
            autoComplete="email"
            value={account.email}
            onChange={(event) => change("email", event.currentTarget.value)}
            error={byField.email}
          />
          <PasswordInput
            label={text.register.password}
            name="password"
            autoComplete="new-password"
            value={account.password}
            onChange={(event) => change("password", event.currentTarget.value)}
            error={byField.password}
            visibilityToggleButtonProps={{ "aria-label": text.common.showPassword }}
          />
          <Button type="submit" loading={register.isPending} disabled={info?.registration === "closed"}>
            {text.register.submit}
          </Button>
        </form>
      )}
      <p className={form.aside}>
        {text.register.toLogin}{" "}
        <Link to="/login" search={{ to }}>
          {text.register.loginLink}
        </Link>
      </p>
    </Door>
  );
}

function contextOf(info: ServerInfo | undefined): string {
  if (info?.has_users === false) {
    return text.register.first;
  }
  switch (info?.registration) {
    case "closed":
      return text.register.closed;
    case "approval":
      return text.register.approval;
    default:
      return text.register.context;
  }
}
