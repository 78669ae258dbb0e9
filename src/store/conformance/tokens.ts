import { expect, test } from "vitest";
import { addToken, addUser } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

export function tokensConformance(current: Current): void {
  test("a token leads to its account until it is revoked", async () => {
    const { tokens } = current.store;
    const ann = await addUser(current.store, "ann");
    const first = await addToken(current.store, { userId: ann.id, hash: "h1" });
    const second = await addToken(current.store, { userId: ann.id, hash: "h2" });
    expect(await tokens.find({ hash: "h1" })).toEqual({ token: first, user: ann });
    expect(await tokens.find({ hash: "h3" })).toBeNull();
    expect(await tokens.revoke({ id: first.id, userId: ann.id })).toBe(true);
    expect(await tokens.revoke({ id: first.id, userId: ann.id })).toBe(false);
    expect(await tokens.find({ hash: "h1" })).toBeNull();
    expect(await tokens.find({ hash: "h2" })).toEqual({ token: second, user: ann });
  });

  test("an account's tokens are its own, and nobody else revokes them", async () => {
    const { tokens } = current.store;
    const ann = await addUser(current.store, "ann");
    const bob = await addUser(current.store, "bob");
    const login = await addToken(current.store, { userId: ann.id, hash: "a1", now: 5 });
    await addToken(current.store, { userId: bob.id, hash: "b1" });
    const named = await addToken(current.store, { userId: ann.id, hash: "a2", name: "é ☂", expiresAt: 2 ** 42 });
    expect(login).toEqual({
      ...{ id: expect.any(Number), userId: ann.id, name: null, createdAt: 5 },
      ...{ lastUsedAt: null, expiresAt: null },
    });
    expect(await tokens.list({ userId: ann.id })).toEqual([login, named]);
    expect(await tokens.revoke({ id: named.id, userId: bob.id })).toBe(false);
    expect(await tokens.find({ hash: "a2" })).toEqual({ token: named, user: ann });
  });

  test("a name is taken while its token lives, and free for others", async () => {
    const { tokens } = current.store;
    const ann = await addUser(current.store, "ann");
    const bob = await addUser(current.store, "bob");
    const asked = { userId: ann.id, hash: "h2", name: "deploy", expiresAt: null, now: 9 };
    const first = await addToken(current.store, { userId: ann.id, hash: "h1", name: "deploy", expiresAt: 10 });
    expect(await tokens.create(asked)).toBeNull();
    expect(await tokens.list({ userId: ann.id })).toEqual([first]);
    await addToken(current.store, { userId: ann.id, hash: "h3", name: "Deploy" });
    await addToken(current.store, { userId: bob.id, hash: "h4", name: "deploy" });
    const second = await tokens.create({ ...asked, now: 10 });
    expect((await tokens.list({ userId: ann.id })).map(({ name }) => name)).toEqual(["Deploy", "deploy"]);
    expect(await tokens.find({ hash: "h1" })).toBeNull();
    await tokens.revoke({ id: second?.id ?? 0, userId: ann.id });
    expect(await tokens.create({ ...asked, now: 11 })).not.toBeNull();
  });

  test("of tokens of one name made at once there is one", async () => {
    const other = await current.reopen();
    const ann = await addUser(current.store, "ann");
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, index) => {
        const { tokens } = index % 2 === 0 ? current.store : other;
        return tokens.create({ userId: ann.id, hash: `h${index}`, name: "deploy", expiresAt: null, now: 1 });
      }),
    );
    expect(made.filter((token) => token !== null)).toHaveLength(1);
    expect(await current.store.tokens.list({ userId: ann.id })).toHaveLength(1);
  });

  test("when it was last used only goes forward", async () => {
    const { tokens } = current.store;
    const ann = await addUser(current.store, "ann");
    const { id } = await addToken(current.store, { userId: ann.id, hash: "h1" });
    for (const [at, lastUsedAt] of [
      [2 ** 42, 2 ** 42],
      [7, 2 ** 42],
      [2 ** 42 + 1, 2 ** 42 + 1],
    ] as const) {
      await tokens.noteUse({ id, at });
      expect(await tokens.find({ hash: "h1" })).toMatchObject({ token: { lastUsedAt } });
    }
  });

  test("all tokens of an account but one can be revoked, and those of others stay", async () => {
    const { tokens } = current.store;
    const ann = await addUser(current.store, "ann");
    const bob = await addUser(current.store, "bob");
    const kept = await addToken(current.store, { userId: ann.id, hash: "a1" });
    await addToken(current.store, { userId: ann.id, hash: "a2" });
    await addToken(current.store, { userId: ann.id, hash: "a3", name: "deploy" });
    await addToken(current.store, { userId: bob.id, hash: "b1" });
    await tokens.revokeAll({ userId: ann.id, exceptId: kept.id });
    expect(await tokens.list({ userId: ann.id })).toEqual([kept]);
    expect(await tokens.find({ hash: "b1" })).not.toBeNull();
    await tokens.revokeAll({ userId: ann.id });
    expect(await tokens.find({ hash: "a1" })).toBeNull();
  });
}
