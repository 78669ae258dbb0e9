import { formatAgo, formatDuration } from "./ui/durations.ts";
import { formatCount } from "./ui/sizes.ts";

/** The words about tokens and logins. Apart from text.ts, for the first load's sake. */
export const tokenText = {
  title: "Tokens and logins",
  about:
    "A token lets a program act for you without your password. A new password revokes them and ends every other login.",
  none: "You have no tokens yet.",
  make: "New token",
  columns: { name: "Name", created: "Created", used: "Last used", expires: "Expires", actions: "Actions" },
  usedHint: "Noted about once an hour",
  login: (id: number) => `Login #${id}`,
  current: "this browser",
  never: "never",
  expiry: (leftMs: number) => (leftMs > 0 ? `in ${formatDuration(leftMs)}` : `expired ${formatAgo(-leftMs)}`),
  allLogins: (count: number) => `Show all ${formatCount(count)} logins`,
  revoke: "Revoke",
  endLogin: "Log out",
  revokeTitle: (name: string) => `Revoke the token "${name}"?`,
  revokeExplain: "Programs that use it are refused from now on. It cannot be taken back.",
  endTitle: (id: number) => `End login #${id}?`,
  endExplain: "The browser or command line it belongs to has to log in again.",
  endOwnTitle: "Log out of this browser?",
  endOwnExplain: "This is the login of the page you are looking at.",
  form: {
    title: "New token",
    name: "Name",
    nameHint: "What it is for, like deploy or backup of alpha",
    expires: "Expires",
    submit: "Make token",
  },
  lifetimes: [
    { value: "30", label: "In 30 days" },
    { value: "90", label: "In 90 days" },
    { value: "365", label: "In a year" },
    { value: "never", label: "Never" },
  ],
  made: {
    title: (name: string) => `The new token "${name}"`,
    once: "It is shown only now: copy it to where it is used.",
    token: "Token",
    copyToken: "Copy token",
    examples: "For the command line, and for HTTP:",
    copyExamples: "Copy the lines",
    done: "Done",
  },
} as const;
