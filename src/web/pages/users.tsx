import { Button, NativeSelect } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ManagedUser, type Role, roles, type UserStatus } from "../../contract/index.ts";
import { meQuery, usersQuery } from "../api/account-queries.ts";
import { client, contract } from "../api/client.ts";
import { errorText } from "../api/error-text.ts";
import { DocumentTitle } from "../components/document-title.tsx";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import page from "../ui/page-body.module.css";
import { PageHeader } from "../ui/page-header.tsx";
import { Ago } from "../ui/times.tsx";
import classes from "./users.module.css";

const roleChoices = roles.map((role) => ({ value: role, label: text.roles[role] }));

/** Everybody's account, for admins: who may do what, and who may come in. */
export function UsersPage() {
  const users = useQuery(usersQuery);
  const { data: me } = useQuery(meQuery);
  const waiting = users.data?.filter((user) => user.status === "awaiting_approval").length ?? 0;
  return (
    <>
      <DocumentTitle page={text.users.title} />
      <PageHeader title={text.users.title} context={users.data && text.users.context(users.data.length, waiting)} />
      <div className={page.body}>
        {users.error !== null && <ErrorNote message={errorText(users.error)} onRetry={() => void users.refetch()} />}
        {users.isPending && <p className={page.dim}>{text.common.loading}</p>}
        {users.data !== undefined && (
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{text.users.username}</th>
                <th scope="col">{text.users.email}</th>
                <th scope="col">{text.users.role}</th>
                <th scope="col">{text.users.status}</th>
                <th scope="col">{text.users.since}</th>
              </tr>
            </thead>
            <tbody>
              {users.data.map((user) => (
                <UserRow key={user.id} user={user} isSelf={user.id === me?.id} />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  );
}

function UserRow({ user, isSelf }: { user: ManagedUser; isSelf: boolean }) {
  const queries = useQueryClient();
  const update = useMutation({
    mutationFn: (body: { role?: Role; status?: UserStatus }) =>
      client.call(contract.updateUser, { params: { id: user.id }, body }),
    onSuccess: (saved) => {
      queries.setQueryData<ManagedUser[]>(usersQuery.queryKey, (users) =>
        users?.map((other) => (other.id === saved.id ? saved : other)),
      );
      notifications.show({ message: text.users.saved(saved.username) });
      if (isSelf) {
        void queries.invalidateQueries({ queryKey: meQuery.queryKey });
      }
    },
    onError: (error) => notifications.show({ color: "red", message: errorText(error), autoClose: false }),
  });
  const isActive = user.status === "active";
  return (
    <tr>
      <td className={classes.username}>
        {user.username}
        {isSelf && <span className={page.dim}> ({text.users.you})</span>}
      </td>
      <td className={classes.email}>{user.email}</td>
      <td>
        <NativeSelect
          size="xs"
          aria-label={text.users.roleOf(user.username)}
          data={roleChoices}
          value={user.role}
          disabled={update.isPending}
          onChange={(event) => update.mutate({ role: event.currentTarget.value as Role })}
        />
      </td>
      <td>
        <span className={classes.status}>
          <span data-status={user.status}>{text.userStatuses[user.status]}</span>
          <Button
            size="compact-xs"
            variant={user.status === "awaiting_approval" ? "filled" : "default"}
            disabled={update.isPending}
            onClick={() => update.mutate({ status: isActive ? "disabled" : "active" })}
            aria-label={`${nextStep(user.status)} ${user.username}`}
          >
            {nextStep(user.status)}
          </Button>
        </span>
      </td>
      <td className={page.dim}>
        <Ago at={user.created_at} />
      </td>
    </tr>
  );
}

function nextStep(status: UserStatus): string {
  switch (status) {
    case "active":
      return text.users.disable;
    case "awaiting_approval":
      return text.users.approve;
    case "disabled":
      return text.users.enable;
  }
}
