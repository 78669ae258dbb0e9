import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { text } from "../text.ts";
import { copyText } from "./clipboard.ts";
import { CopyIcon } from "./icons.tsx";

const thanksMs = 1500;

/** Copies a text and says so. */
export function CopyButton({ value, label }: { value: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  async function copy() {
    if (await copyText(value)) {
      setCopied(true);
      setTimeout(() => setCopied(false), thanksMs);
    } else {
      notifications.show({ color: "red", message: text.errors.copy });
    }
  }
  return (
    <Button size="compact-sm" variant="default" leftSection={<CopyIcon />} onClick={() => void copy()}>
      {isCopied ? text.common.copied : label}
    </Button>
  );
}
