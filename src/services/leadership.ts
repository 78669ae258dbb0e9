import type { HeldLock } from "../store/nodes.ts";
import type { Store } from "../store/store.ts";

/**
 * Which server decides for the installation: the one that holds the lock in the database. It renews it well before its
 * time is over; when it dies, another has it after that time. What is decided is written only while the lock is held (see
 * store/portable/locks.ts), so being wrong about it here costs a round and nothing else.
 */
export type Leadership = {
  readonly leaseMs: number;
  /** The lock, taken or renewed where that is due; null while another server has it. */
  hold(): Promise<HeldLock | null>;
  isHeld(): boolean;
  /** It turned out that another server has it. */
  lost(): void;
  release(): Promise<void>;
};

export type LeadershipOptions = {
  store: Store;
  /** Random, of this process. */
  holder: string;
  /** No other server can be at work: whoever seems to hold the lock is an earlier life of this one. */
  isAlone: boolean;
};

const leaseMs = { alone: 60_000, among: 6000 };
/** Time between two tries to take the lock while another server has it. */
const tryMs = 1000;

export function createLeadership({ store, holder, isAlone }: LeadershipOptions): Leadership {
  const lease = isAlone ? leaseMs.alone : leaseMs.among;
  let held: HeldLock | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isForced = isAlone;

  return {
    leaseMs: lease,
    async hold() {
      const age = performance.now() - lookedAt;
      if (age < (held === null ? tryMs : lease / 3)) {
        return held;
      }
      lookedAt = performance.now();
      held = await store.locks.take({ name: "admission", holder, leaseMs: lease, isForced });
      isForced = false;
      return held;
    },
    isHeld: () => held !== null,
    lost() {
      held = null;
      lookedAt = performance.now();
    },
    async release() {
      const lock = held;
      held = null;
      if (lock !== null) {
        await store.locks.release({ name: "admission", ...lock });
      }
    },
  };
}
