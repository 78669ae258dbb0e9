import { join } from "node:path";
import type { Config } from "../config/load.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { Log } from "../log/log.ts";
import { keptAttempts } from "../output/file/kept-attempts.ts";
import { createFileOutput } from "../output/file/store.ts";
import { createMirrorOutput } from "../output/mirror/mirror-output.ts";
import { createPlacedOutput } from "../output/mirror/placed-output.ts";
import type { OutputStore } from "../output/output.ts";
import type { Store } from "../store/store.ts";
import { OutputShipping } from "../worker/shipping/output-shipping.ts";
import { SentFiles } from "../worker/shipping/sent-files.ts";
import type { DataDirectory } from "./data-directory.ts";

/** Output as the node's attempts write it and as requests read it, by the configuration. */
export type Outputs = {
  /** The files processes write to. */
  written: OutputStore;
  /** Null where everybody who reads can read the files. */
  shipping: OutputShipping | null;
  /** Every attempt's output, wherever it ran. */
  read: OutputStore;
};

export function createOutputs(
  config: Config,
  directory: DataDirectory,
  { store, dispatcher, log }: { store: Store; dispatcher: Dispatcher; log: Log },
): Outputs {
  const written = createFileOutput({ directory: directory.output });
  if (config.output !== "database") {
    return { written, shipping: null, read: written };
  }
  const sentFiles = new SentFiles({ store, output: written, log, kept: () => keptAttempts(directory.output) });
  const shipping = new OutputShipping({
    ...{ output: written, blocks: store.blocks, marks: store.marks, log, sentFiles },
    poke: (poke) => dispatcher.poke(poke),
  });
  const mirror = createMirrorOutput({
    directory: join(directory.root, "output-cache"),
    source: store.blocks,
    marks: store.marks,
    announce: ({ taskId, attempt }) => void dispatcher.poke({ topic: "followed", taskId, attempt }),
  });
  dispatcher.onPoke((poke) => {
    if (poke.topic === "output") {
      mirror.notice(poke);
    }
  });
  const isHeldHere = shipping.isHeld.bind(shipping);
  return { written, shipping, read: createPlacedOutput({ here: written, elsewhere: mirror, isHeldHere }) };
}
