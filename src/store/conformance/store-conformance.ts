import { afterEach, beforeEach, describe } from "vitest";
import type { Store } from "../store.ts";
import { accountsConformance } from "./accounts.ts";
import { admissionConformance } from "./admission.ts";
import { attemptsConformance } from "./attempts.ts";
import { claimsConformance } from "./claims.ts";
import { creationConformance } from "./creation.ts";
import { differencesConformance } from "./differences.ts";
import { killsConformance } from "./kills.ts";
import { nodesConformance } from "./nodes.ts";
import { outputBlocksConformance } from "./output-blocks.ts";
import { outputMarksConformance } from "./output-marks.ts";
import { processControlConformance } from "./process-control.ts";
import { queriesConformance } from "./queries.ts";
import { queuesConformance } from "./queues.ts";
import { statisticsConformance } from "./statistics.ts";
import { tokensConformance } from "./tokens.ts";
import { transactionsConformance } from "./transactions.ts";

/** An empty database of a test's own. */
export type FreshDatabase = {
  store: Store;
  /** One more store on the same database, as another process would have. */
  reopen(): Promise<Store>;
  /** Closes every store on it and removes it. */
  dispose(): Promise<void>;
};

/** The database of the test that runs. */
export type Current = { readonly store: Store; reopen(): Promise<Store> };

/** Every verb and what it promises. Each database the store works on is to pass all of it. */
export function storeConformance(name: string, openFresh: () => Promise<FreshDatabase>): void {
  describe(`store on ${name}`, () => {
    let fresh: FreshDatabase;
    beforeEach(async () => {
      fresh = await openFresh();
    });
    afterEach(() => fresh.dispose());

    const current: Current = {
      get store() {
        return fresh.store;
      },
      reopen: () => fresh.reopen(),
    };

    describe("accounts", () => accountsConformance(current));
    describe("tokens", () => tokensConformance(current));
    describe("nodes", () => nodesConformance(current));
    describe("queues", () => queuesConformance(current));
    describe("creating and editing tasks", () => creationConformance(current));
    describe("finding tasks", () => queriesConformance(current));
    describe("admission", () => admissionConformance(current));
    describe("claims", () => claimsConformance(current));
    describe("kills and removal", () => killsConformance(current));
    describe("attempts", () => attemptsConformance(current));
    describe("process control", () => processControlConformance(current));
    describe("output blocks", () => outputBlocksConformance(current));
    describe("output marks", () => outputMarksConformance(current));
    describe("statistics", () => statisticsConformance(current));
    describe("where databases differ", () => differencesConformance(current));
    describe("transactions", () => transactionsConformance(current));
  });
}
