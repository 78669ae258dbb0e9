import { Textarea, TextInput } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { formText } from "../form-text.ts";
import type { FieldProblems } from "./field-reader.ts";
import classes from "./new-task-form.module.css";
import { emptyDraft, type TaskDraft } from "./task-draft.ts";

/** What a group of fields needs. */
export type FieldGroupProps = {
  draft: TaskDraft;
  errors: FieldProblems;
  onChange: (next: Partial<TaskDraft>) => void;
};

type FoldedGroupProps = Pick<FieldGroupProps, "draft" | "errors"> & {
  title: string;
  hint: string;
  /** Its fields in the draft, and by their names at the server (those within count, too). */
  fields: readonly (keyof TaskDraft)[];
  served: readonly string[];
  children: ReactNode;
};

/**
 * Fields that belong together, in two columns, folded away until they are asked for, used, or become wrong. Folded, it
 * says how many of them hold something, and whether there is a mistake among them.
 */
export function FoldedGroup({ title, hint, fields, served, draft, errors, children }: FoldedGroupProps) {
  const count = countOfSet(draft, fields);
  const [isOpen, setOpen] = useState(count > 0);
  const hasError = Object.keys(errors).some((name) => served.some((field) => `${name}.`.startsWith(`${field}.`)));
  useEffect(() => {
    if (hasError) {
      setOpen(true);
    }
  }, [hasError]);
  const isWrong = hasError && !isOpen;
  return (
    <details className={classes.group} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={classes.summary}>
        <span className={classes.groupTitle}>{title}</span>
        <span className={isWrong ? `${classes.groupHint} ${classes.wrong}` : classes.groupHint}>
          {[count === 0 ? hint : formText.countOfSet(count), ...(isWrong ? [formText.hasMistake] : [])].join(", ")}
        </span>
      </summary>
      <div className={classes.fields}>{children}</div>
    </details>
  );
}

/** How many fields hold something else than an empty form does. */
export function countOfSet(draft: TaskDraft, fields: readonly (keyof TaskDraft)[]): number {
  return fields.filter((field) => JSON.stringify(draft[field]) !== JSON.stringify(emptyDraft[field])).length;
}

/** Fields of the draft that hold a text. */
type TextField = { [Field in keyof TaskDraft]: string extends TaskDraft[Field] ? Field : never }[keyof TaskDraft];

type DraftFieldProps = FieldGroupProps & {
  field: TextField;
  /** Its name at the server, which is also how its errors are found. */
  served: string;
  label: string;
  hint?: string | undefined;
  placeholder?: string;
  isCode?: boolean;
  /** Several lines, this many of them at first. */
  rows?: number;
  isWide?: boolean;
  isReadOnly?: boolean;
  type?: "text" | "datetime-local";
  inputMode?: "numeric";
  /** Id of a list of words to choose from. */
  list?: string;
};

/** One text of the draft, with its errors beside it. */
export function DraftField(props: DraftFieldProps) {
  const { draft, errors, onChange, field, served, rows } = props;
  const shared = {
    name: served,
    label: props.label,
    description: props.hint,
    placeholder: props.placeholder,
    className: props.isWide === true ? classes.wide : undefined,
    classNames: props.isCode === true ? { input: classes.program } : {},
    spellCheck: props.isCode === true ? false : undefined,
    autoComplete: "off",
    readOnly: props.isReadOnly,
    value: draft[field],
    error: errors[served],
  };
  if (rows !== undefined) {
    return <Textarea {...shared} rows={rows} onChange={(event) => onChange({ [field]: event.currentTarget.value })} />;
  }
  return (
    <TextInput
      {...shared}
      type={props.type}
      inputMode={props.inputMode}
      list={props.list}
      onChange={(event) => onChange({ [field]: event.currentTarget.value })}
    />
  );
}
