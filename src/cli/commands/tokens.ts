import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import type { AccessToken } from "../../contract/index.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { parseStart } from "../duration.ts";
import { CliFailure } from "../failure.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { renderTokens } from "../print/token.ts";

export type TokensOptions = { json?: boolean };
export type CreateOptions = { name: string; expires?: string; json?: boolean };
export type RevokeOptions = { token: string; json?: boolean };

const help = `
A token lets a program act for you, without your password: in UTM_TOKEN, or in the Authorization
header of a request. It is shown once, when it is made. A new password revokes all tokens and ends
all logins but the one that set it.

Examples:
  utm tokens
  export UTM_TOKEN=$(utm tokens create deploy --expires 90d)
  utm tokens create backup --expires 2027-01-01T00:00:00Z
  utm tokens revoke deploy
`;

export function declare(command: Command, deps: Deps): void {
  command
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (options: TokensOptions) => {
      deps.finish(await list(options, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);

  const make = command.command("create").description("make a token and print it, this once").argument("<name>");
  make.option("--expires <when>", "in how long, like 90d, or at what time (default: never)");
  addConnectionOptions(make.option("--json", "print JSON")).action(async (name: string) => {
    const options = make.optsWithGlobals<Omit<CreateOptions, "name">>();
    deps.finish(await create({ name, ...options }, { ...deps, ...(await connect(make, deps)) }));
  });

  const end = command.command("revoke").description("revoke a token, or end a login").argument("<id|name>");
  addConnectionOptions(end.option("--json", "print JSON")).action(async (token: string) => {
    const options = end.optsWithGlobals<TokensOptions>();
    deps.finish(await revoke({ token, ...options }, { ...deps, ...(await connect(end, deps)) }));
  });
}

/** Lists one's own tokens and logins. */
export async function list(options: TokensOptions, deps: Deps & Connection): Promise<number> {
  const tokens = await deps.client.call(contract.listTokens, {});
  if (options.json === true) {
    printJson(deps, tokens);
  } else {
    deps.stdout.write(renderTokens(tokens, Date.now(), tableOptions(deps)));
  }
  return 0;
}

/** Makes a token. Standard output gets it and nothing else, so that it can go straight into a variable or a file. */
export async function create(options: CreateOptions, deps: Deps & Connection): Promise<number> {
  const expires = options.expires === undefined ? {} : { expires_at: parseStart(options.expires, Date.now()) };
  const made = await deps.client.call(contract.createToken, { body: { name: options.name, ...expires } });
  if (options.json === true) {
    printJson(deps, made);
    return 0;
  }
  const end = made.expires_at === null ? "It does not expire" : `It expires at ${made.expires_at}`;
  tell(deps, `made token ${made.id}, "${made.name}". ${end}, and is shown only now.`);
  deps.stdout.write(`${made.token}\n`);
  return 0;
}

/** Revokes the token with that id or that name. */
export async function revoke(options: RevokeOptions, deps: Deps & Connection): Promise<number> {
  const { id } = findToken(options.token, await deps.client.call(contract.listTokens, {}));
  const answer = await deps.client.call(contract.revokeToken, { params: { id } });
  if (options.json === true) {
    printJson(deps, answer);
  } else {
    deps.stdout.write(`${answer.detail}\n`);
  }
  return 0;
}

function findToken(word: string, tokens: readonly AccessToken[]): AccessToken {
  const [found, other] = tokens.filter(({ id, name }) => String(id) === word || name === word);
  if (found === undefined) {
    throw new CliFailure(`There is no token "${word}" of yours. "utm tokens" lists all.`);
  }
  if (other !== undefined) {
    throw new CliFailure(
      `"${word}" is the name of one token and the id of another. Nothing was done; revoke the one you mean in the web page, under Account.`,
    );
  }
  return found;
}
