/**
 * Who may do what. Typing a free command is a permission of its own, because a task runs commands on the host.
 * The server enforces this table in one place (server/access.ts); the web page and the CLI only read it.
 */
export const roles = ["viewer", "member", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

export const permissions = {
  view_tasks: "see one's own tasks and their output",
  create_tasks: "submit tasks, edit and kill one's own",
  run_commands: "type a free command, script, environment or working directory",
  view_all_tasks: "see everybody's tasks",
  operate_all_tasks: "edit and kill everybody's tasks",
  manage_users: "see all users, change their role, approve or disable them",
  manage_queues: "make, change, pause and remove queues",
  manage_nodes: "drain, resume and forget nodes",
  view_settings: "see the settings of the server, without passwords",
} as const;
export type Permission = keyof typeof permissions;

/** Who may type free commands: the roles that have `run_commands`, or everyone who may submit a task. */
export const freeCommandPolicies = ["operators", "everyone"] as const;
export type FreeCommandPolicy = (typeof freeCommandPolicies)[number];

const viewer: readonly Permission[] = ["view_tasks"];
const member: readonly Permission[] = [...viewer, "create_tasks"];
const operator: readonly Permission[] = [...member, "run_commands", "manage_queues"];
const admin: readonly Permission[] = [
  ...operator,
  "view_all_tasks",
  "operate_all_tasks",
  "manage_users",
  "manage_nodes",
  "view_settings",
];

export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = { viewer, member, operator, admin };

/** All that a role may do under the policy in force. */
export function permissionsOf(role: Role, policy: FreeCommandPolicy): Permission[] {
  const granted = [...rolePermissions[role]];
  const mayTypeCommands = policy === "everyone" && granted.includes("create_tasks");
  if (mayTypeCommands && !granted.includes("run_commands")) {
    granted.push("run_commands");
  }
  return granted;
}
