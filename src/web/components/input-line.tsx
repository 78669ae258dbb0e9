import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { ApiFailure } from "../../client/client.ts";
import { errorValues, type TaskDetail } from "../../contract/index.ts";
import { meQuery } from "../api/account-queries.ts";
import { client, contract } from "../api/client.ts";
import { errorText } from "../api/error-text.ts";
import { eventsQuery } from "../api/task-queries.ts";
import { actionRefusal } from "../task/permitted.ts";
import { taskText } from "../task-text.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { useKeys } from "../ui/keys.ts";
import classes from "./input-line.module.css";

const words = taskText.input;

/**
 * A line for the standard input of the running attempt. What could not be sent stays in the field. That the input was
 * ended is known from this page's own order, from the server's refusal, or from the log of the task.
 */
export function InputLine({ task }: { task: TaskDetail }) {
  const field = useRef<HTMLInputElement>(null);
  const [line, setLine] = useState("");
  const { data: me } = useQuery(meQuery);
  const events = useQuery(eventsQuery(task.id));
  const send = useMutation({
    mutationFn: (order: { text: string } | { end: true }) =>
      client.call(contract.sendInput, { params: { id: task.id }, body: order }),
    onSuccess: () => {
      setLine("");
      field.current?.focus();
    },
    onError: (error, order) => "text" in order && setLine(restOf(order.text, error)),
  });
  const refusal = actionRefusal("input", task, me);
  const isEnded =
    send.data?.ended === true ||
    codeOf(send.error) === "input_ended" ||
    events.data?.some((event) => event.kind === "input_ended" && event.attempt === task.attempt) === true;
  useKeys({ i: () => field.current?.focus() });

  if (isEnded || codeOf(send.error) === "input_closed") {
    return <p className={classes.note}>{isEnded ? words.ended : errorText(send.error)}</p>;
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    if (refusal === null && !send.isPending) {
      send.mutate({ text: `${line}\n` });
    }
  }
  return (
    <>
      {send.error !== null && (
        <p role="alert" className={classes.error}>
          {errorText(send.error)}
        </p>
      )}
      <form className={classes.line} onSubmit={submit}>
        <span aria-hidden="true" className={classes.prompt}>
          ›
        </span>
        <input
          ref={field}
          className={classes.field}
          aria-label={words.label}
          placeholder={refusal ?? (task.suspended ? words.suspended : words.placeholder)}
          readOnly={refusal !== null}
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          value={line}
          onChange={(event) => setLine(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
        <ActionButton
          size="compact-sm"
          variant="default"
          refusal={refusal}
          hint={words.endHint}
          tipIsAbove
          onClick={() => send.mutate({ end: true })}
        >
          {words.end}
        </ActionButton>
      </form>
    </>
  );
}

function codeOf(error: Error | null): string | null {
  return error instanceof ApiFailure ? error.code : null;
}

/** What of a line was not taken, without the line break; all of it unless the server says how much was. */
function restOf(sent: string, error: Error): string {
  const accepted = codeOf(error) === "input_full" ? Number(errorValues("input_full", error.message)?.accepted ?? 0) : 0;
  return new TextDecoder().decode(new TextEncoder().encode(sent).subarray(accepted)).replace(/\n$/, "");
}
