/**
 * Every error the API can answer with: its code, status and text. `{name}` in a text is filled in by the server.
 * A test proves that each is documented and that each documented one exists.
 */
export const errorRegistry = {
  parse_error: { status: 400, detail: "JSON parse error - {problem}" },
  not_authenticated: { status: 401, detail: "Authentication credentials were not provided." },
  invalid_token: { status: 401, detail: "Invalid token." },
  token_expired: { status: 401, detail: "This token expired at {at}; a new one is needed." },
  permission_denied: {
    status: 403,
    detail: "You do not have the permission to {what} ({permission}). An admin can give it to you.",
  },
  login_required: {
    status: 403,
    detail: "A token made for a program cannot {what}. Log in with your password to do that.",
  },
  registration_closed: {
    status: 403,
    detail: "Registration is closed on this server. Ask an admin for an account.",
  },
  account_not_active: { status: 403, detail: "This account {state}. Ask an admin." },
  not_found: { status: 404, detail: "Not found." },
  method_not_allowed: { status: 405, detail: 'Method "{method}" not allowed.' },
  already_over: { status: 409, detail: "Task {id} is already over: it is {status}." },
  not_running: { status: 409, detail: "Task {id} does not run: it is {status}." },
  already_suspended: { status: 409, detail: "Task {id} is already suspended." },
  not_suspended: { status: 409, detail: "Task {id} is not suspended." },
  being_ended: { status: 409, detail: "Task {id} is being ended; it cannot be suspended any more." },
  suspend_failed: {
    status: 409,
    detail: "Task {id} could not be suspended and goes on: {problem}",
  },
  signal_not_permitted: {
    status: 409,
    detail:
      "The signal could not be sent: the program of task {id} runs as another user, whom the node may not signal.",
  },
  no_input: {
    status: 409,
    detail: "Task {id} takes no input: submit it with input (or pty) set to true to be able to send it some.",
  },
  input_ended: { status: 409, detail: "The input of task {id} has been ended; nothing more can be sent." },
  input_closed: { status: 409, detail: "The program of task {id} no longer reads its input." },
  input_full: {
    status: 409,
    detail: "Task {id} does not read its input: {accepted} of {bytes} bytes were taken. Send the rest later.",
  },
  last_admin: {
    status: 409,
    detail: "This is the last active admin. Make somebody else an admin first.",
  },
  node_alive: {
    status: 409,
    detail: "Node {name} is alive. Stop its process and wait until its lease is over; then it can be forgotten.",
  },
  queue_in_use: {
    status: 409,
    detail:
      "Queue {name} has tasks that are not over: {tasks}. It can be removed once they are; pause it to let none of them start.",
  },
  queue_bound: {
    status: 409,
    detail:
      "Node {node} is bound to queue {name} (UTM_LANES) and would not start without it. Bind the node to others, or forget it if it is gone.",
  },
  default_queue: {
    status: 409,
    detail: "Queue {name} cannot be removed: tasks that name no queue are put there. It can be paused.",
  },
  body_too_large: { status: 413, detail: "The request body is larger than {limit} bytes." },
  unsupported_media_type: { status: 415, detail: 'Unsupported media type "{type}" in request. Send application/json.' },
  range_not_satisfiable: { status: 416, detail: "The output has {size} bytes; the range asked for lies beyond them." },
  idempotency_key_reused: {
    status: 422,
    detail: "This Idempotency-Key was used with another request body. Use a new key for a new task.",
  },
  search_given_up: {
    status: 422,
    detail:
      "The search was given up after {seconds} s without an end. Search for plain text, or for an expression without " +
      "repetitions within repetitions.",
  },
  too_many_requests: { status: 429, detail: "Too many requests. Try again in {seconds} s." },
  bad_request: { status: 400, detail: "{problem}" },
  internal_error: {
    status: 500,
    detail: "Something went wrong on the server. Its log has the request id {requestId}.",
  },
  node_silent: {
    status: 503,
    detail: "The node that runs task {id} did not answer, so nothing is known to have been done. Try again.",
  },
  not_ready: { status: 503, detail: "The server cannot work right now: {problem}" },
} as const;

export type ErrorCode = keyof typeof errorRegistry;

/** The body of every error that is not about single fields. */
export type ErrorBody = { detail: string; code: ErrorCode };

/** The body of a refused input: messages per field; `non_field_errors` for what belongs to no one field. */
export type FieldErrors = Record<string, string[]>;

export type ErrorValues = Readonly<Record<string, string | number>>;

/** The text of an error with its `{names}` filled in. */
export function errorDetail(code: ErrorCode, values: ErrorValues = {}): string {
  return errorRegistry[code].detail.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** What stands in an error's text where errorDetail filled in `{names}`; null when it is another text. */
export function errorValues(code: ErrorCode, detail: string): Readonly<Record<string, string>> | null {
  const literal = errorRegistry[code].detail.replace(/[.*+?^$()[\]\\|]/g, "\\$&");
  const pattern = new RegExp(`^${literal.replace(/\{(\w+)\}/g, "(?<$1>.*?)")}$`);
  const match = pattern.exec(detail);
  return match === null ? null : { ...match.groups };
}
