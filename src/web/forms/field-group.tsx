import { type ReactNode, useId } from "react";
import type { FieldProblems } from "./field-reader.ts";
import classes from "./new-task-form.module.css";
import type { TaskDraft } from "./task-draft.ts";

/** What a group of fields needs. */
export type FieldGroupProps = {
  draft: TaskDraft;
  errors: FieldProblems;
  onChange: (next: Partial<TaskDraft>) => void;
};

/** Fields that belong together, under a heading, in two columns. */
export function FieldGroup({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  const titleId = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: the legend of a fieldset cannot be laid out
    <section role="group" aria-labelledby={titleId} className={classes.group}>
      <div className={classes.groupHead}>
        <h2 id={titleId} className={classes.groupTitle}>
          {title}
        </h2>
        {hint !== undefined && <p className={classes.groupHint}>{hint}</p>}
      </div>
      <div className={classes.fields}>{children}</div>
    </section>
  );
}
