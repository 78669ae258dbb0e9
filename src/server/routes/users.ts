import type { FastifyInstance } from "fastify";
import { contract } from "../../contract/index.ts";
import * as tokens from "../actions/tokens.ts";
import * as users from "../actions/users.ts";
import type { Context } from "../context.ts";
import { mount } from "../mount.ts";
import { limitLogins, limitRegistrations } from "../plugins/rate-limits.ts";
import { presentAccount } from "../present/user.ts";

/** Accounts. */
export async function userRoutes(app: FastifyInstance, context: Context): Promise<void> {
  const { loginsPerMinute, registrationsPerHour } = context.config;
  const { counter } = context.dispatcher;
  await app.register(async (limited) => {
    await limitRegistrations(limited, registrationsPerHour, counter);
    mount(limited, context, contract.register, ({ body }) => users.register(context, body));
  });
  await app.register(async (limited) => {
    await limitLogins(limited, loginsPerMinute, counter);
    mount(limited, context, contract.login, ({ body }) => users.logIn(context, body));
  });
  mount(app, context, contract.logout, ({ actor }) => users.logOut(context, actor));
  mount(app, context, contract.me, async ({ actor }) => presentAccount(actor.user, actor));
  mount(app, context, contract.updateMe, ({ actor, body }) => users.changeAccount(context, actor, body));
  mount(app, context, contract.replaceMe, ({ actor, body }) => users.changeAccount(context, actor, body));
  mount(app, context, contract.listTokens, ({ actor }) => tokens.listTokens(context, actor));
  mount(app, context, contract.createToken, ({ actor, body }) => tokens.createToken(context, actor, body));
  mount(app, context, contract.revokeToken, ({ actor, params }) => tokens.revokeToken(context, actor, params.id));
  mount(app, context, contract.listUsers, () => users.listUsers(context));
  mount(app, context, contract.updateUser, ({ params, body }) => users.changeUser(context, params.id, body));
}
