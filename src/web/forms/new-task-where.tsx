import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { nodesQuery } from "../api/node-queries.ts";
import { formText } from "../form-text.ts";
import { CheckField } from "../ui/check-field.tsx";
import { DraftField, type FieldGroupProps, FoldedGroup } from "./field-group.tsx";
import classes from "./new-task-form.module.css";

const words = formText.where;

/** The directory, the node, and how much of it the task may touch. Names and labels there are stand behind the fields. */
export function WhereFields(props: FieldGroupProps & { mayTypeCommands: boolean }) {
  const { draft, errors, onChange, mayTypeCommands } = props;
  const { data: nodes = [] } = useQuery({ ...nodesQuery, refetchInterval: false });
  const namesId = useId();
  const labels = [...new Set(nodes.flatMap((node) => node.labels))].toSorted();
  return (
    <FoldedGroup
      {...props}
      title={formText.groups.where}
      hint={words.hint}
      fields={["cwd", "node", "labels", "sandbox"]}
      served={["cwd", "node", "labels", "sandbox"]}
    >
      {mayTypeCommands && (
        <DraftField {...props} field="cwd" served="cwd" label={words.cwd} hint={words.cwdHint} isCode isWide />
      )}
      <DraftField {...props} field="node" served="node" label={words.node} hint={words.nodeHint} list={namesId} />
      <datalist id={namesId}>
        {[...new Set(nodes.map((node) => node.name))].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <DraftField
        {...props}
        field="labels"
        served="labels"
        label={words.labels}
        hint={labels.length === 0 ? words.labelsHint : words.labelsThereAre(labels.join(", "))}
      />
      <div className={classes.wide}>
        <CheckField
          label={words.sandbox}
          description={words.sandboxHint}
          isOn={draft.sandbox === "strict"}
          onChange={(isStrict) => onChange({ sandbox: isStrict ? "strict" : "none" })}
          error={errors.sandbox}
        />
      </div>
    </FoldedGroup>
  );
}
