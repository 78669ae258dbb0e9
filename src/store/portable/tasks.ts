import type { Tasks } from "../store.ts";
import type { Access } from "./access.ts";
import { admissionOn } from "./task-admission.ts";
import { creationOn } from "./task-creation.ts";
import { endsOn } from "./task-ends.ts";
import { queriesOn } from "./task-queries.ts";

export function tasksOn(access: Access): Tasks {
  return { ...creationOn(access), ...queriesOn(access), ...admissionOn(access), ...endsOn(access) };
}
