/** What an attempt has used so far, as far as somebody looked: a process that came and went between two looks is not in it. */
export type Usage = {
  /**
   * Processor time of all its processes, also of those that are gone; never falls. Exact for an attempt with a cgroup,
   * and for processes whose parent waited for them; of others it lacks what they used after they were last seen.
   */
  cpuMs: number;
  /** The largest sum of its processes' memory in RAM at one look; pages they share count for each. Null: never seen. */
  maxRssBytes: number | null;
  /** The most processes alive at one look, without those of its frame. Null: never seen. */
  maxProcesses: number | null;
  /** Bytes fetched from disks; what came from the page cache is not counted. Null where it could not be found out. */
  readBytes: number | null;
  /** Bytes sent, or to be sent, to disks. Null where it could not be found out. */
  writeBytes: number | null;
  /**
   * The most memory the kernel charged to its cgroup, to the byte; unlike RSS with the page cache of the files it used.
   * Null without a cgroup that has the memory controller.
   */
  peakCgroupMemoryBytes: number | null;
  /** How often its processes were looked at. */
  looks: number;
  series: UsageSeries;
  /** The part of the counters that comes from processes that are gone; needed to go on after a restart. */
  past: Counters;
};

export type Counters = { cpuMs: number; readBytes: number; writeBytes: number };

/** At most `mostPoints` points, in order and without a hole: each begins where the one before ended, the first at 0. */
export type UsageSeries = {
  /** About how long a point is, unless looks are further apart than that. Grows with the attempt's age. */
  stepMs: number;
  points: UsagePoint[];
};

/** One stretch of time, measured at its end. */
export type UsagePoint = {
  /** End of the stretch, in ms after the attempt's start. */
  atMs: number;
  /** Processor time used in the stretch. */
  cpuMs: number;
  /** The most memory seen in it, and the most processes. */
  rssBytes: number;
  processes: number;
  /** Bytes read and written in it, in steps of 1 KiB; null where it could not be found out. */
  readBytes: number | null;
  writeBytes: number | null;
  /**
   * Bytes its output had at the end of the stretch: what tells when a line was written. Null where it was not looked at,
   * as by earlier versions.
   */
  outputBytes: number | null;
  /** How much of the stretch nobody looked, because the server was down; of that time only the counters are known. */
  gapMs: number;
};

export const mostPoints = 240;

/** What an attempt may use; null: as much as it likes. */
export type UsageLimits = { memoryBytes: number | null; cpuMs: number | null; processes: number | null };

export type ExceededLimit = {
  key: string;
  limit: "memory" | "cpu" | "processes";
  /** In the limit's own unit: bytes, ms, processes. */
  limitValue: number;
  seen: number;
};
