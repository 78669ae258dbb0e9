import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import { type ManagedUser, type Role, roles, type UserStatus } from "../../contract/index.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { CliFailure, UsageError } from "../failure.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { type Column, renderTable } from "../print/table.ts";

export type UsersOptions = { json?: boolean };
export type UserChange = { role?: Role; status?: UserStatus };

const help = `
For admins.

Examples:
  utm users
  utm users role ben operator
  utm users approve carla
  utm users disable ben
`;

export function declare(command: Command, deps: Deps): void {
  command
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (options: UsersOptions) => {
      deps.finish(await list(options, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);

  const role = declareChange(command, deps, "role", `give another role: ${roles.join(", ")}`);
  role.argument("<role>", "the new role", parseRole).action(async (name: string, newRole: Role) => {
    await finishChange(role, deps, name, { role: newRole });
  });
  const approve = declareChange(command, deps, "approve", "let a registered or disabled account in");
  approve.action(async (name: string) => {
    await finishChange(approve, deps, name, { status: "active" });
  });
  const disable = declareChange(command, deps, "disable", "keep an account out; its tasks stay");
  disable.action(async (name: string) => {
    await finishChange(disable, deps, name, { status: "disabled" });
  });
}

function declareChange(parent: Command, _deps: Deps, name: string, summary: string): Command {
  const command = parent.command(name).description(summary).argument("<name>", "the account's user name");
  return addConnectionOptions(command.option("--json", "print the account as JSON"));
}

async function finishChange(command: Command, deps: Deps, name: string, change: UserChange): Promise<void> {
  const options = command.optsWithGlobals<UsersOptions>();
  deps.finish(await run({ name, change, ...options }, { ...deps, ...(await connect(command, deps)) }));
}

/** Lists all accounts. */
export async function list(options: UsersOptions, deps: Deps & Connection): Promise<number> {
  const users = await deps.client.call(contract.listUsers, {});
  if (options.json === true) {
    printJson(deps, users);
    return 0;
  }
  const rows = users.map((user) => [
    { text: user.username },
    { text: user.role },
    { text: user.status.replaceAll("_", " ") },
    { text: user.email },
  ]);
  deps.stdout.write(renderTable(columns, rows, tableOptions(deps)));
  return 0;
}

const columns: readonly Column[] = [{ title: "NAME" }, { title: "ROLE" }, { title: "STATUS" }, { title: "EMAIL" }];

/** Changes one account, found by its user name. */
export async function run(
  options: { name: string; change: UserChange; json?: boolean },
  deps: Deps & Connection,
): Promise<number> {
  const users = await deps.client.call(contract.listUsers, {});
  const found = users.find((user) => user.username === options.name);
  if (found === undefined) {
    throw new CliFailure(`There is no user "${options.name}". "utm users" lists all.`);
  }
  const changed = await deps.client.call(contract.updateUser, { params: { id: found.id }, body: options.change });
  print(changed, options, deps);
  return 0;
}

function print(user: ManagedUser, options: UsersOptions, deps: Deps): void {
  if (options.json === true) {
    printJson(deps, user);
  } else {
    deps.stdout.write(`${user.username} is ${user.role}, ${user.status.replaceAll("_", " ")}\n`);
  }
}

function parseRole(text: string): Role {
  const role = roles.find((known) => known === text);
  if (role === undefined) {
    throw new UsageError(`"${text}" is not a role. They are ${roles.join(", ")}.`);
  }
  return role;
}
