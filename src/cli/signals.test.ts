import { afterEach, expect, it } from "vitest";
import { type SignalWatch, watchSignals } from "./signals.ts";

let watch: SignalWatch;
let time = 0;
const seen: string[] = [];

function start(): void {
  time = 0;
  seen.length = 0;
  watch = watchSignals(["SIGUSR2", "SIGHUP"], () => time);
}

function signalAt(ms: number, signal: "SIGUSR2" | "SIGHUP" = "SIGUSR2"): void {
  time = ms;
  process.emit(signal, signal);
}

afterEach(() => watch.stop());

it("keeps a signal until somebody handles it", () => {
  start();
  signalAt(0);
  watch.handle((signal) => seen.push(signal));
  expect(seen).toEqual(["SIGUSR2"]);
  signalAt(1000, "SIGHUP");
  expect(seen).toEqual(["SIGUSR2", "SIGHUP"]);
  expect(watch.impatience.aborted).toBe(false);
});

it("takes the same signal twice in a moment for one order", () => {
  start();
  watch.handle((signal) => seen.push(signal));
  signalAt(1000);
  signalAt(1010);
  signalAt(1020, "SIGHUP");
  signalAt(2000);
  expect(seen).toEqual(["SIGUSR2", "SIGHUP", "SIGUSR2"]);
});

it("says that the person is impatient at a second signal that nobody handles", () => {
  start();
  signalAt(0);
  signalAt(10);
  expect(watch.impatience.aborted).toBe(false);
  signalAt(1000);
  expect(watch.impatience.aborted).toBe(true);
});

it("leaves no listener behind", () => {
  const before = process.listenerCount("SIGUSR2");
  start();
  expect(process.listenerCount("SIGUSR2")).toBe(before + 1);
  watch.stop();
  expect(process.listenerCount("SIGUSR2")).toBe(before);
});
