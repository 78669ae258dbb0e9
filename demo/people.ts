import { type Client, contract, createClient } from "../src/client/client.ts";

/** Who works here. The first one registers first, and so is the admin. */
export const people = [
  { username: "anna", role: "admin" },
  { username: "ben", role: "operator" },
  { username: "carla", role: "operator" },
  { username: "dana", role: "operator" },
] as const;

export const passwordOf = (username: string) => `${username}-demo-2026`;

/** A client for each, in their order. Null when the first is there already: then the server was filled before. */
export async function joinAll(server: string): Promise<Client[] | null> {
  const anonymous = createClient({ server, token: () => null });
  if ((await logIn(anonymous, server, people[0].username).catch(() => null)) !== null) {
    return null;
  }
  const clients: Client[] = [];
  for (const { username, role } of people) {
    const password = passwordOf(username);
    const email = `${username}@example.org`;
    const user = await anonymous.call(contract.register, { body: { username, email, password } });
    if (clients[0] !== undefined) {
      await clients[0].call(contract.updateUser, { params: { id: user.id }, body: { role } });
    }
    clients.push(await logIn(anonymous, server, username));
  }
  return clients;
}

async function logIn(anonymous: Client, server: string, username: string): Promise<Client> {
  const body = { username, password: passwordOf(username) };
  const { token } = await anonymous.call(contract.login, { body });
  return createClient({ server, token: () => token });
}
