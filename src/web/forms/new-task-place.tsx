import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { nodesQuery } from "../api/node-queries.ts";
import { formText } from "../form-text.ts";
import { FieldGroup, type FieldGroupProps } from "./field-group.tsx";

const words = formText.place;

/** Which node may run it. The names and labels there are stand behind the fields. */
export function PlaceFields({ draft, errors, onChange }: FieldGroupProps) {
  const { data: nodes = [] } = useQuery({ ...nodesQuery, refetchInterval: false });
  const namesId = useId();
  const labels = [...new Set(nodes.flatMap((node) => node.labels))].toSorted();
  return (
    <FieldGroup title={formText.groups.place}>
      <TextInput
        label={words.node}
        description={words.nodeHint}
        list={namesId}
        autoComplete="off"
        value={draft.node}
        onChange={(event) => onChange({ node: event.currentTarget.value })}
        error={errors.node}
      />
      <datalist id={namesId}>
        {[...new Set(nodes.map((node) => node.name))].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <TextInput
        label={words.labels}
        description={labels.length === 0 ? words.labelsHint : words.labelsThereAre(labels.join(", "))}
        autoComplete="off"
        value={draft.labels}
        onChange={(event) => onChange({ labels: event.currentTarget.value })}
        error={errors.labels}
      />
    </FieldGroup>
  );
}
