import type { Enforcement, LimitName, RetryCause, SandboxMode, TaskEventKind } from "../contract/index.ts";

/** The words of a task's page about what is done to it and what it uses. Apart from text.ts, for the first load's sake. */
const limits: Record<LimitName, string> = {
  memory_bytes: "memory",
  cpu_seconds: "of processor time",
  processes: "processes",
  open_files: "open files per process",
  nice: "niceness",
  output_bytes: "of output",
};

const enforcements: Record<Enforcement, string> = {
  cgroup: "kept by the kernel",
  rlimit: "kept by the kernel",
  rlimit_and_sampled: "by the kernel for each process, sampled for all",
  sampled: "sampled",
  scheduler: "set with the scheduler",
};

const enforcementMeanings: Record<Enforcement, string> = {
  cgroup: "A cgroup holds all processes of the task: they cannot use more.",
  rlimit: "The kernel keeps it exactly.",
  rlimit_and_sampled:
    "The kernel keeps it for each process by itself. All of them together are looked at regularly, and ended when they use more.",
  sampled: "The node looks regularly and ends the attempt when it sees more: for a moment it can be passed.",
  scheduler: "The kernel's scheduler gives it its share accordingly.",
};

const retryCauses: Record<RetryCause, string> = {
  failed: "a failure",
  timed_out: "a time-out",
  lost: "the loss of its machine",
};

const sandboxes: Record<SandboxMode, string> = {
  none: "None",
  strict: "Strict: own processes, no network, read-only but for the working directory (unless a home) and /tmp",
};

const eventKinds: Record<TaskEventKind, string> = {
  submitted: "submitted",
  started: "started",
  adopted: "adopted",
  signal: "signal",
  kill: "kill",
  timed_out: "timed out",
  limit: "limit",
  suspended: "suspended",
  resumed: "resumed",
  input_ended: "input ended",
  orphaned: "orphaned",
  fenced: "given up",
  leftovers: "leftovers",
  emptied: "output emptied",
  retry: "retry",
  ended: "ended",
};

/** Of ps(1), in words. */
const processStates: Readonly<Record<string, string>> = {
  R: "running",
  S: "sleeping",
  D: "waiting for a device",
  I: "idle",
  T: "stopped",
  t: "traced",
  Z: "ended, not collected",
  X: "gone",
};

export const taskText = {
  limits,
  enforcements,
  enforcementMeanings,
  retryCauses,
  sandboxes,
  eventKinds,
  processStates,
  actions: {
    suspend: "Suspend",
    resume: "Resume",
    signal: "Signal…",
    rerun: "Rerun",
    rerunHint: "Submits the same once more, as a new task",
    editAndRerun: "Edit & rerun",
    edit: "Edit name and description",
    editAndRerunHint: "Opens the form with everything this task was given",
  },
  attemptOf: (attempt: number, most: number) => (most > 1 ? `attempt ${attempt} of ${most}` : `attempt ${attempt}`),
  signal: {
    title: (name: string) => `Send a signal to "${name}"`,
    signal: "Signal",
    to: "To",
    main: "The program only",
    all: "All its processes",
    hint: "It is sent, and nothing else: no grace, no SIGKILL after it. To end the task, kill it.",
    send: "Send signal",
    sent: (signal: string) => `${signal} was sent.`,
  },
  input: {
    label: "Input",
    placeholder: "Type a line, then Enter",
    end: "End input",
    ended: "Its input has been ended.",
    endHint: "Nothing more follows: the program reads end of file",
    suspended: "It is suspended: what is sent waits until it is resumed.",
  },
  tabs: { output: "Output", details: "Details", events: "Events", usage: "Usage" },
  attempt: {
    label: "Attempt",
    numberOf: (attempt: number, most: number) => (most > 1 ? `${attempt} of ${most}` : String(attempt)),
    latest: (number: number) => `${number} (latest)`,
  },
  events: {
    label: "What happened to the task",
    time: "Time",
    attempt: "Attempt",
    kind: "Event",
    text: "What happened",
    none: "–",
  },
  usage: {
    figures: (attempt: number) => `What attempt ${attempt} used`,
    notStarted: "Its use is measured once it has started.",
    unmeasured: "–",
    unmeasuredHint: "Not measured: it was too short, or may not be read here",
    cpu: "Processor time",
    memory: "Largest memory",
    processes: "Most processes",
    read: "Read",
    written: "Written",
    ran: "Ran for",
    average: (cpus: string) => `${cpus} processors on average`,
    overTime: "Over time",
    tooFew: "Nothing over time: the attempt was too short to be looked at twice.",
    tooEarly: "Nothing over time yet: the first figures come within seconds.",
    cpuChart: "Processors in use",
    memoryChart: "Memory",
    limit: (value: string) => `limit ${value}`,
    most: (value: string) => `at most ${value}`,
    at: (value: string, time: string) => `${value} at ${time}`,
    chartLabel: (what: string, most: string, time: string) => `${what} over ${time}: at most ${most}.`,
  },
  processes: {
    title: "Processes now",
    pid: "Pid",
    state: "State",
    cpu: "Processor time",
    memory: "Memory",
    command: "Command",
    none: "No process is seen at the moment.",
  },
  details: {
    bounds: "Limits and retries",
    asksFor: "Asks for",
    asksForNode: (name: string) => `node ${name}`,
    asksForLabels: (labels: string) => `a node with ${labels}`,
    limits: "Limits",
    noLimits: "None",
    retry: "Retry",
    noRetry: "Not tried again",
    sandbox: "Sandbox",
    terminal: "Terminal",
    terminalSize: (columns: number, rows: number) => `${columns} × ${rows} characters`,
    noTerminal: "None",
    stderr: "Standard error",
    marked: "Marked in the output",
    notMarked: "Not marked",
    notMarkedBut: "Not marked. Submit with “Mark standard error” to tell the streams apart.",
    input: "Input",
    takesInput: "Can be sent while it runs",
    noInput: "Cannot be sent",
    suspended: "Suspended for",
    processes: "Processes",
    read: "Read",
    written: "Written",
    askedFor: "as asked for; how it is kept is known once it has started",
  },
  retry: {
    attempts: (count: number) => `up to ${count} attempts`,
    after: (causes: string) => `after ${causes}`,
    or: " or ",
    at: (delay: string) => `${delay} between`,
    growing: (delay: string, most: string) => `${delay} first, doubled each time, at most ${most}`,
    jitter: (percent: number) => `±${percent} %`,
  },
};
