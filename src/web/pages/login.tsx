import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { infoQuery } from "../api/account-queries.ts";
import { client, contract } from "../api/client.ts";
import { formErrors } from "../api/error-text.ts";
import { safeReturnPath } from "../session/return-path.ts";
import { beginSession } from "../session/session.ts";
import { text } from "../text.ts";
import { Door } from "../ui/door.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import form from "../ui/form-stack.module.css";

const route = getRouteApi("/login");

export function LoginPage() {
  const { to } = route.useSearch();
  const router = useRouter();
  const { data: info } = useQuery(infoQuery);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const login = useMutation({
    mutationFn: () => client.call(contract.login, { body: { username, password } }),
    onSuccess: (session) => {
      beginSession(session.token);
      router.history.push(safeReturnPath(to));
    },
  });
  const { byField, rest } = formErrors(login.error, ["username", "password"]);
  useEffect(() => {
    document.title = text.documentTitle(text.login.title, 0, 0);
  }, []);

  function submit(event: FormEvent) {
    event.preventDefault();
    login.mutate();
  }
  return (
    <Door product={text.product} title={text.login.title} context={to ? text.login.toGoOn : text.login.context}>
      <form onSubmit={submit} className={form.stack} noValidate>
        {rest !== null && <ErrorNote message={rest} />}
        <TextInput
          label={text.login.username}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          error={byField.username}
        />
        <PasswordInput
          label={text.login.password}
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={byField.password}
          visibilityToggleButtonProps={{ "aria-label": text.common.showPassword }}
        />
        <Button type="submit" loading={login.isPending}>
          {text.login.submit}
        </Button>
      </form>
      {info?.registration !== "closed" && (
        <p className={form.aside}>
          {info?.has_users === false ? text.login.firstAccount : text.login.toRegister}{" "}
          <Link to="/register" search={{ to }}>
            {text.login.registerLink}
          </Link>
        </p>
      )}
    </Door>
  );
}
