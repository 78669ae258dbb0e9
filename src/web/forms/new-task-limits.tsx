import { TextInput } from "@mantine/core";
import { formText } from "../form-text.ts";
import { FieldGroup, type FieldGroupProps } from "./field-group.tsx";

const words = formText.limits;

const rows = [
  { field: "memory", server: "limits.memory_bytes", label: words.memory, hint: words.memoryHint },
  { field: "cpuTime", server: "limits.cpu_seconds", label: words.cpu, hint: words.cpuHint },
  { field: "processes", server: "limits.processes", label: words.processes, hint: words.processesHint },
  { field: "openFiles", server: "limits.open_files", label: words.openFiles, hint: words.openFilesHint },
  { field: "nice", server: "limits.nice", label: words.nice, hint: words.niceHint },
  { field: "outputLimit", server: "limits.output_bytes", label: words.output, hint: words.outputHint },
] as const;

/** What ends an attempt that uses more. */
export function LimitFields({ draft, errors, onChange }: FieldGroupProps) {
  return (
    <FieldGroup title={formText.groups.limits} hint={words.hint}>
      {rows.map(({ field, server, label, hint }) => (
        <TextInput
          key={field}
          label={label}
          description={hint}
          value={draft[field]}
          onChange={(event) => onChange({ [field]: event.currentTarget.value })}
          error={errors[server]}
        />
      ))}
    </FieldGroup>
  );
}
