import { expect, test } from "vitest";
import { addUser } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

export function accountsConformance(current: Current): void {
  const asked = { passwordHash: "hash", role: "viewer", status: "awaiting_approval", now: 7 } as const;

  test("the first account is an active admin whatever was asked, the next is what was asked", async () => {
    const { users } = current.store;
    expect(await users.count()).toBe(0);
    const first = await users.create({ username: "ann", email: "Ann@Example.org", ...asked });
    const second = await users.create({ username: "bob", email: "bob@example.org", ...asked });
    expect(first).toEqual({
      id: expect.any(Number),
      username: "ann",
      email: "Ann@Example.org",
      passwordHash: "hash",
      role: "admin",
      status: "active",
      createdAt: 7,
      updatedAt: 7,
    });
    expect(second).toMatchObject({ role: "viewer", status: "awaiting_approval" });
    expect(await users.count()).toBe(2);
    expect(await users.countActiveAdmins()).toBe(1);
    expect(await users.list()).toEqual([first, second]);
  });

  test("of accounts created at once exactly one is the first", async () => {
    const other = await current.reopen();
    const names = Array.from({ length: 10 }, (_, index) => `user_${index}`);
    await Promise.all(names.map((name, index) => addUser(index % 2 === 0 ? current.store : other, name)));
    const users = await current.store.users.list();
    expect(users.filter((user) => user.role === "admin")).toHaveLength(1);
    expect(users.filter((user) => user.role === "member")).toHaveLength(9);
  });

  test("usernames are unique to the letter, emails in any case", async () => {
    const { users } = current.store;
    await users.create({ username: "ann", email: "ann@example.org", ...asked });
    const both = await users.create({ username: "ann", email: "ANN@example.org", ...asked });
    expect(both).toEqual({ taken: ["username", "email"] });
    const email = await users.create({ username: "Ann", email: "Ann@Example.ORG", ...asked });
    expect(email).toEqual({ taken: ["email"] });
    const capital = await users.create({ username: "Ann", email: "other@example.org", ...asked });
    expect(capital).toMatchObject({ username: "Ann" });
    expect(await users.count()).toBe(2);
  });

  test("is found by id and by username", async () => {
    const { users } = current.store;
    const ann = await addUser(current.store, "ann");
    expect(await users.find({ id: ann.id })).toEqual(ann);
    expect(await users.find({ username: "ann" })).toEqual(ann);
    expect(await users.find({ id: ann.id + 1 })).toBeNull();
    expect(await users.find({ username: "ANN" })).toBeNull();
  });

  test("an update changes what is given and refuses what another account has", async () => {
    const { users } = current.store;
    const ann = await addUser(current.store, "ann");
    const bob = await addUser(current.store, "bob");
    expect(await users.update({ id: bob.id, username: "ann", email: "ANN@example.org", now: 9 })).toEqual({
      taken: ["username", "email"],
    });
    expect(await users.find({ id: bob.id })).toEqual(bob);
    expect(await users.update({ id: bob.id, username: "bob", email: "Bob@Example.org", now: 9 })).toEqual({
      ...bob,
      email: "Bob@Example.org",
      updatedAt: 9,
    });
    expect(await users.update({ id: ann.id, status: "disabled", passwordHash: "new", now: 10 })).toEqual({
      ...ann,
      status: "disabled",
      passwordHash: "new",
      updatedAt: 10,
    });
    expect(await users.countActiveAdmins()).toBe(0);
    expect(await users.update({ id: bob.id, role: "admin", now: 11 })).toMatchObject({ role: "admin" });
    expect(await users.countActiveAdmins()).toBe(1);
    expect(await users.update({ id: 999, role: "admin", now: 11 })).toBeNull();
  });
}
