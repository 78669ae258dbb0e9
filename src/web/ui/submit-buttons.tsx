import { Button } from "@mantine/core";
import { text } from "../text.ts";
import form from "./form-stack.module.css";

/** How the form of a dialog ends: given up, or sent. */
export function SubmitButtons(props: { label: string; isPending: boolean; onCancel: () => void }) {
  return (
    <div className={form.buttons}>
      <Button variant="default" onClick={props.onCancel}>
        {text.common.cancel}
      </Button>
      <Button type="submit" loading={props.isPending}>
        {props.label}
      </Button>
    </div>
  );
}
