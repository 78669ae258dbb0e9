import type { Generated, Insertable, Kysely } from "kysely";
import type { Outcome, Role, TaskEventKind, TaskStatus, UserStatus } from "../../contract/index.ts";
import type { LockName, NodeState } from "../nodes.ts";
import type { BlockEncoding } from "../output-blocks.ts";
import type { EndingCause } from "../store.ts";

/**
 * The tables, as every database has them: times are bigint epoch milliseconds, JSON is text, booleans are 0 or 1.
 * migrations/ makes them.
 */
export type Database = {
  meta: MetaTable;
  users: UsersTable;
  tokens: TokensTable;
  tasks: TasksTable;
  task_tags: TaskTagsTable;
  attempts: AttemptsTable;
  queues: QueuesTable;
  nodes: NodesTable;
  locks: LocksTable;
  idempotency_keys: IdempotencyKeysTable;
  task_events: TaskEventsTable;
  output_blocks: OutputBlocksTable;
  output_marks: OutputMarksTable;
};

/** A connection, or a transaction on one. */
export type Connection = Kysely<Database>;

/** Tables whose ids the database gives. */
export type TableWithId = "users" | "tokens" | "tasks" | "nodes";
/** With those whose ids nobody asks for. */
export type CountedTable = TableWithId | "task_events";
export type NewRow<Table extends keyof Database> = Insertable<Database[Table]>;

type MetaTable = { name: string; value: string };

type UsersTable = {
  id: Generated<number>;
  username: string;
  email: string;
  /** What makes emails unique: the same one in another case is the same account. */
  email_lower: string;
  password_hash: string;
  role: Role;
  status: UserStatus;
  created_at: number;
  updated_at: number;
};

type TokensTable = {
  id: Generated<number>;
  user_id: number;
  hash: string;
  created_at: number;
  /** Null: a login. */
  name: string | null;
  last_used_at: number | null;
  /** Null: never. */
  expires_at: number | null;
};

/**
 * Where a pending task stands: waiting for its time, for a slot, or for a node to claim what the dispatcher was handed.
 * Empty once it is running or over.
 */
export type Stage = "delayed" | "ready" | "handed" | "";

type TasksTable = {
  id: Generated<number>;
  owner_id: number;
  name: string;
  status: TaskStatus;
  stage: Stage;
  queue: string;
  /** The priority negated, so that the order of picking is all ascending and one index serves it everywhere. */
  neg_priority: number;
  not_before: number | null;
  handed_at: number | null;
  attempt: number;
  node_id: number | null;
  node_name: string | null;
  created_at: number;
  updated_at: number;
  started_at: number | null;
  completed_at: number | null;
  kill_requested_at: number | null;
  kill_by: string | null;
  kill_signal: string | null;
  kill_grace_ms: number | null;
  outcome: Outcome | null;
  exit_code: number | null;
  signal: string | null;
  reason: string | null;
  cpu_ms: number | null;
  max_rss_bytes: number | null;
  output_bytes: number;
  max_processes: number | null;
  read_bytes: number | null;
  write_bytes: number | null;
  /** Thousandths. */
  progress_permille: number | null;
  /** 1 while it is suspended. */
  is_suspended: number | null;
  /** JSON of LimitInForce[]; null for none. */
  limits_in_force: string | null;
  /** JSON of Placement; null when it may run anywhere. */
  placement: string | null;
  /** The same for all tasks with the same placement; empty when it may run anywhere. */
  placement_key: string;
  /** The node it is handed to; null when any may claim it. */
  handed_to: number | null;
  /** JSON: the tags in the order given. task_tags has them for searching. */
  tags: string;
  description: string;
  /** JSON of Preview: what a list shows of the spec, so that it need not read megabytes of scripts and stdin. */
  preview: string;
  /** Name, description and the head of the program in lower case: what a search looks through. */
  search_text: string;
  /** JSON of TaskSpec. Last, so that reading the other columns does not walk through it. */
  spec: string;
};

type TaskTagsTable = { task_id: number; tag: string };

type AttemptsTable = {
  task_id: number;
  number: number;
  node_id: number;
  node_name: string;
  nonce: string;
  pid: number | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  ending: EndingCause | null;
  outcome: Outcome | null;
  exit_code: number | null;
  signal: string | null;
  reason: string | null;
  cpu_ms: number | null;
  max_rss_bytes: number | null;
  output_bytes: number;
  gap_first: number | null;
  gap_last: number | null;
  max_processes: number | null;
  read_bytes: number | null;
  write_bytes: number | null;
  usage_series: string | null;
  suspended_at: number | null;
  suspended_uptime_ms: number | null;
  /** Null: never. */
  suspended_ms: number | null;
  limits_in_force: string | null;
};

type TaskEventsTable = {
  id: Generated<number>;
  task_id: number;
  attempt: number;
  at: number;
  kind: TaskEventKind;
  text: string;
};

type OutputBlocksTable = {
  task_id: number;
  attempt: number;
  /** Offset of its first byte in what the process wrote. */
  first_byte: number;
  /** Bytes as the process wrote them; `bytes` may be fewer. */
  length: number;
  encoding: BlockEncoding;
  bytes: Uint8Array;
};

type OutputMarksTable = {
  task_id: number;
  attempt: number;
  /** Which bytes of the output its marks span, `end_byte` not included. */
  first_byte: number;
  end_byte: number;
  /** Lines as output/stderr-marks.ts has them. */
  text: string;
};

type QueuesTable = { name: string; slots: number | null; is_paused: number };

type NodesTable = {
  id: Generated<number>;
  node_key: string;
  name: string;
  slots: number;
  version: string;
  registered_at: number;
  seen_at: number;
  lease_until: number;
  host: string;
  /** JSON of string[]. */
  labels: string;
  /** JSON of string[]; null for all queues. */
  lanes: string | null;
  state: NodeState | "forgotten";
};

type LocksTable = { name: LockName; holder: string; term: number; lease_until: number };

type IdempotencyKeysTable = {
  owner_id: number;
  idempotency_key: string;
  body_hash: string;
  task_id: number;
  created_at: number;
};
