import type { TaskDetail } from "../../contract/index.ts";
import type { TaskDraft } from "./task-draft.ts";

/** The task to run once more with changes; `original` is its draft without any. */
export type RerunSource = { task: TaskDetail; original: TaskDraft };
