import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiFailure } from "../../client/client.ts";
import type { AccessToken } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { errorText } from "../api/error-text.ts";
import { tokensQuery } from "../api/token-queries.ts";
import { endSession } from "../session/session.ts";
import { text } from "../text.ts";
import { tokenText } from "../token-text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import classes from "./kill-dialog.module.css";

/** Asks before a token is revoked or a login is ended; this browser's own ends its session. */
export function RevokeTokenDialog(props: { token: AccessToken; onClose: () => void; onRevoked: (id: number) => void }) {
  const { token, onClose, onRevoked } = props;
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => client.call(contract.revokeToken, { params: { id: token.id } }).catch(passIfGone),
    onSuccess: async () => {
      if (token.current) {
        endSession("left");
        return;
      }
      onRevoked(token.id);
      await queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
      onClose();
    },
  });
  const { title, explain } = wordsFor(token);
  return (
    <Dialog title={title} onClose={onClose}>
      <div className={classes.question}>
        <p>{explain}</p>
        {revoke.error !== null && <ErrorNote message={errorText(revoke.error)} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {text.common.cancel}
          </Button>
          <Button color="red" onClick={() => revoke.mutate()} loading={revoke.isPending} data-autofocus>
            {token.name === null ? tokenText.endLogin : tokenText.revoke}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** What somebody else, or another tab, has revoked meanwhile is as it was asked for. */
function passIfGone(error: unknown): void {
  if (!(error instanceof ApiFailure && error.status === 404)) {
    throw error;
  }
}

function wordsFor({ id, name, current }: AccessToken): { title: string; explain: string } {
  if (current) {
    return { title: tokenText.endOwnTitle, explain: tokenText.endOwnExplain };
  }
  return name === null
    ? { title: tokenText.endTitle(id), explain: tokenText.endExplain }
    : { title: tokenText.revokeTitle(name), explain: tokenText.revokeExplain };
}
