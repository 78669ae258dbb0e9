import { formText } from "../form-text.ts";
import { DraftField, type FieldGroupProps, FoldedGroup } from "./field-group.tsx";

const words = formText.limits;

const rows = [
  { field: "timeout", served: "timeout_seconds", label: words.timeout, hint: words.timeoutHint },
  { field: "grace", served: "kill_grace_seconds", label: words.grace, hint: words.graceHint },
  { field: "memory", served: "limits.memory_bytes", label: words.memory, hint: words.memoryHint },
  { field: "cpuTime", served: "limits.cpu_seconds", label: words.cpu, hint: words.cpuHint },
  { field: "processes", served: "limits.processes", label: words.processes, hint: words.processesHint },
  { field: "openFiles", served: "limits.open_files", label: words.openFiles, hint: words.openFilesHint },
  { field: "nice", served: "limits.nice", label: words.nice, hint: words.niceHint },
  { field: "outputLimit", served: "limits.output_bytes", label: words.output, hint: words.outputHint },
] as const;

/** What ends an attempt that takes longer or uses more. */
export function LimitFields(props: FieldGroupProps) {
  return (
    <FoldedGroup
      {...props}
      title={formText.groups.limits}
      hint={words.hint}
      fields={rows.map(({ field }) => field)}
      served={["timeout_seconds", "kill_grace_seconds", "limits"]}
    >
      {rows.map((row) => (
        <DraftField key={row.field} {...props} {...row} />
      ))}
    </FoldedGroup>
  );
}
