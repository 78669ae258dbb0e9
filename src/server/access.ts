import { createHash, randomBytes } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { type Endpoint, type Permission, permissions, permissionsOf } from "../contract/index.ts";
import type { TokenRow, UserRow } from "../store/accounts.ts";
import type { TaskRow } from "../store/store.ts";
import type { Context } from "./context.ts";
import { Refusal } from "./failure.ts";
import { isoTime } from "./present/task.ts";

/** Who is asking, and the one place that says whether they may. */
export type Actor = {
  user: UserRow;
  tokenId: number;
  /** Asks with a token made for a program, not with a login. */
  isProgram: boolean;
  permissions: ReadonlySet<Permission>;
};

/** A new token and what is stored of it. */
export function makeToken(prefix = ""): { token: string; hash: string } {
  const token = prefix + randomBytes(32).toString("base64url");
  return { token, hash: hashToken(token) };
}

/** The hash a token is stored and looked up by. Tokens are 32 random bytes, so one round is enough. */
function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** The account behind the Authorization header. Throws 401 without one, with a wrong one, or with one that has expired. */
export async function authenticate(context: Context, request: FastifyRequest): Promise<Actor> {
  const header = request.headers.authorization;
  if (header === undefined || header.trim() === "") {
    throw new Refusal("not_authenticated");
  }
  const match = /^(?:Token|Bearer)\s+(\S+)$/i.exec(header.trim());
  const found = match?.[1] === undefined ? null : await context.store.tokens.find({ hash: hashToken(match[1]) });
  if (found === null || found.user.status !== "active") {
    throw new Refusal("invalid_token");
  }
  const { token, user } = found;
  const now = context.clock();
  if (token.expiresAt !== null && token.expiresAt <= now) {
    throw new Refusal("token_expired", { at: isoTime(token.expiresAt) });
  }
  noteUse(context, token, now);
  const granted = permissionsOf(user.role, context.config.freeCommands);
  return { user, tokenId: token.id, isProgram: token.name !== null, permissions: new Set(granted) };
}

const usesNotedEveryMs = 3_600_000;

/** Seldom, and beside the request: when a token was last used is for people, and holds up nobody who uses it. */
function noteUse({ store, log }: Context, { id, lastUsedAt }: TokenRow, now: number): void {
  if (lastUsedAt !== null && now - lastUsedAt < usesNotedEveryMs) {
    return;
  }
  store.tokens.noteUse({ id, at: now }).catch((error: unknown) => {
    log.debug({ err: error, tokenId: id }, "use of a token not noted");
  });
}

/**
 * Throws 403 when a program asks: one whose token leaks, or has an end, must not be able to make itself another, nor to
 * take the account over.
 */
export function requireLogin(actor: Actor, what: string): void {
  if (actor.isProgram) {
    throw new Refusal("login_required", { what });
  }
}

/** Throws 403, naming the permission and who can give it. */
export function authorize(actor: Actor, permission: Permission): void {
  if (!actor.permissions.has(permission)) {
    throw new Refusal("permission_denied", { permission, what: permissions[permission] });
  }
}

/** The actor of a request to this endpoint; null when it is public. */
export async function admit(
  context: Context,
  request: FastifyRequest,
  access: Endpoint["access"],
): Promise<Actor | null> {
  if (access === "public") {
    return null;
  }
  const actor = await authenticate(context, request);
  if (access !== "signed_in") {
    authorize(actor, access);
  }
  return actor;
}

/** Somebody else's task looks like none at all, unless the actor may see everybody's. */
export async function findVisibleTask(context: Context, actor: Actor, id: number): Promise<TaskRow> {
  const task = await context.store.tasks.find({ id });
  if (task === null || !maySee(actor, task)) {
    throw new Refusal("not_found");
  }
  return task;
}

export function maySee(actor: Actor, task: Pick<TaskRow, "ownerId">): boolean {
  return task.ownerId === actor.user.id || actor.permissions.has("view_all_tasks");
}

/** A task the actor may edit or kill. */
export async function findOperableTask(context: Context, actor: Actor, id: number): Promise<TaskRow> {
  const task = await findVisibleTask(context, actor, id);
  authorize(actor, operatePermission(actor, task));
  return task;
}

export function mayOperate(actor: Actor, task: Pick<TaskRow, "ownerId">): boolean {
  return actor.permissions.has(operatePermission(actor, task));
}

function operatePermission(actor: Actor, task: Pick<TaskRow, "ownerId">): Permission {
  return task.ownerId === actor.user.id ? "create_tasks" : "operate_all_tasks";
}
