import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { client, contract } from "../api/client.ts";
import { errorText } from "../api/error-text.ts";
import { DownloadIcon } from "../ui/icons.tsx";
import { saveFile } from "../ui/save-file.ts";
import { TextButton } from "../ui/text-button.tsx";
import { viewerText } from "../viewer-text.ts";

/** Gets all bytes of an output as a file. A plain link could not: the token does not travel with it. */
export function RawOutputButton(props: {
  taskId: number;
  attempt: number | undefined;
  label: string;
  isPlain?: boolean;
}) {
  const { taskId, attempt } = props;
  const load = useMutation({
    mutationFn: async () => {
      const call = { params: { id: taskId }, query: { attempt } };
      const response = await client.fetch(contract.getOutput, call);
      return response.blob();
    },
    onSuccess: (bytes) =>
      saveFile(bytes, attempt === undefined ? `task-${taskId}.log` : `task-${taskId}-${attempt}.log`),
    onError: (error) => notifications.show({ color: "red", message: errorText(error) }),
  });
  const label = load.isPending ? viewerText.downloading : props.label;
  if (props.isPlain) {
    return (
      <TextButton onClick={() => load.mutate()} disabled={load.isPending}>
        {label}
      </TextButton>
    );
  }
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      leftSection={<DownloadIcon />}
      onClick={() => load.mutate()}
      disabled={load.isPending}
    >
      {label}
    </Button>
  );
}
