import { TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { NewAccessToken } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { formErrors } from "../api/error-text.ts";
import { tokensQuery } from "../api/token-queries.ts";
import { tokenText } from "../token-text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import form from "../ui/form-stack.module.css";
import { SelectField } from "../ui/select-field.tsx";
import { SubmitButtons } from "../ui/submit-buttons.tsx";

const words = tokenText.form;
type Lifetime = (typeof tokenText.lifetimes)[number]["value"];

/** Asks what a token is for and how long it lasts, and makes it. */
export function NewTokenDialog(props: { onClose: () => void; onMade: (made: NewAccessToken) => void }) {
  const { onClose, onMade } = props;
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [lifetime, setLifetime] = useState<Lifetime>("90");
  const make = useMutation({
    mutationFn: () => {
      const days = lifetime === "never" ? null : Number(lifetime);
      return client.call(contract.createToken, { body: { name, expires_in_days: days } });
    },
    onSuccess: (made) => {
      onMade(made);
      onClose();
      void queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
    },
  });
  const { byField, rest } = formErrors(make.error, ["name", "expires_in_days"]);
  function submit(event: FormEvent) {
    event.preventDefault();
    make.mutate();
  }
  return (
    <Dialog title={words.title} onClose={onClose}>
      <form onSubmit={submit} className={form.stack} noValidate>
        {rest !== null && <ErrorNote message={rest} />}
        <TextInput
          label={words.name}
          description={words.nameHint}
          autoComplete="off"
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={byField.name}
        />
        <SelectField
          label={words.expires}
          value={lifetime}
          options={tokenText.lifetimes}
          onChange={setLifetime}
          error={byField.expires_in_days}
        />
        <SubmitButtons label={words.submit} isPending={make.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
