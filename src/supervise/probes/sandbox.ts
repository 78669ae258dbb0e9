import { homedir } from "node:os";
import { quote } from "../launcher/quote.ts";
import type { Sandbox } from "../launcher/sandbox.ts";
import { findProgram } from "../launcher/shell.ts";
import { type Capability, describeFailure, isProven, type ProbeMeans, provenExit, tryOut } from "./try-out.ts";

/**
 * Finds the sandbox of this machine by running something in it, as tasks will: with the user they run as. bubblewrap
 * first, then namespaces; one counts only if everything it is to close is closed.
 */
export async function probeSandbox(
  means: Omit<ProbeMeans, "sandbox">,
  hidden: string,
  kinds: readonly Sandbox["kind"][] = ["bubblewrap", "namespaces"],
): Promise<Sandbox | { unavailable: string }> {
  const find = (name: string) => findProgram(name, `${means.searchPath}:/usr/sbin:/sbin`);
  const tools = {
    bwrap: find("bwrap"),
    unshare: find("unshare"),
    setpriv: find("setpriv"),
    readlink: find("readlink"),
  };
  const readOnly = [means.runAs?.home ?? homedir()].filter((path) => path !== "/");
  const reasons: string[] = [];
  for (const kind of kinds) {
    const tool = kind === "bubblewrap" ? tools.bwrap : tools.unshare;
    if (tool === null) {
      reasons.push(`${kind}: there is no ${kind === "bubblewrap" ? "bwrap(1)" : "unshare(1)"}`);
      continue;
    }
    const sandbox: Sandbox = { kind, tools, hidden, hiddenToo: null, readOnly, lacks: [] };
    const result = await tryOut({ ...means, sandbox }, checks(hidden), { sandbox: "strict" });
    if (isProven(result.how)) {
      const hasLoopback = result.output.includes("loopback");
      return { ...sandbox, lacks: hasLoopback ? [] : ["the loopback network (neither ip nor ifconfig is installed)"] };
    }
    reasons.push(`${kind}: ${describeFailure(result)}`);
  }
  return { unavailable: `No strict sandbox on this machine. ${reasons.join("; ")}.` };
}

/** The same in the words of the other probes. */
export function sandboxCapability(found: Sandbox | { unavailable: string }): Capability {
  if ("unavailable" in found) {
    return { isAvailable: false, how: "", reason: found.unavailable };
  }
  const reason = found.lacks.length === 0 ? null : `Without ${found.lacks.join(", ")}.`;
  return { isAvailable: true, how: found.kind, reason };
}

/** Exits with the number of what is open that should not be. */
function checks(hidden: string): string {
  // One below /tmp is in the sandbox's own, and may be written to.
  const home = /^\/(var\/)?tmp(\/|$)/.test(homedir()) ? [] : [homedir()];
  const closed = ["/", "/etc", "/usr", "/var", "/home", "/root", ...home].map(quote).join(" ");
  return [
    ": >inside || exit 3",
    ": >/tmp/inside && : >/var/tmp/inside || exit 4",
    `for d in ${closed}; do [ ! -w "$d" ] || exit 5; done`,
    `[ -z "$(ls -A ${quote(hidden)} 2>/dev/null)" ] || exit 6`,
    '[ -z "$(ls -A /run 2>/dev/null)" ] || exit 7',
    "set -- /proc/[0-9]*; [ $# -lt 9 ] || exit 8",
    "while read -r name rest; do case $name in lo:*|Inter-*|face*) ;; *) exit 9;; esac; done </proc/net/dev",
    "while read -r name value; do case $name$value in CapEff:*[1-9a-f]*|NoNewPrivs:0) exit 10;; esac; done </proc/self/status",
    "for f in /proc/sys/kernel/core_pattern /proc/sysrq-trigger; do [ ! -w $f ] || exit 11; done",
    "[ -c /dev/null ] && [ ! -e /dev/mem ] && [ ! -e /dev/kmsg ] || exit 12",
    "while read -r word address; do case $word$address in *127.0.0.1) echo loopback;; esac; done </proc/net/fib_trie",
    `exit ${provenExit}`,
  ].join("\n");
}
