import type { RunAs } from "../order.ts";
import { quote } from "./quote.ts";
import type { Shell } from "./shell.ts";

/**
 * What `sandbox: "strict"` means. The task sees only its own processes, System V memory and host name, and no network but
 * its own loopback. It can write to its working directory, to a /tmp and /var/tmp of its own that vanish with it, and to
 * nothing else. It has a small /dev of its own; /run, with the sockets of the machine's services, and the manager's data
 * directory (and that of the outputs, elsewhere) are empty. It has no privileges, also as root, and cannot gain any: setuid programs have no effect. Files it
 * could read anyway it can still read.
 *
 * The working directory is left read-only when much depends on what is in it: the root, a directory of the system, one
 * that holds the data directory, or the home of the user the task runs as, with its .profile and .ssh. A task then has
 * only its /tmp to write to; it should be given a directory of its own. A working directory that is not there in the
 * sandbox (below /run, /dev or the data directory) is refused.
 *
 * The directory is opened first, the rule is asked about what was opened, and the shell inside compares what it came to
 * with what was opened (inside.ts): a directory exchanged for a link meanwhile opens nothing else.
 *
 * Two ways, with the same guarantees: `bubblewrap`, by bwrap(1), and `namespaces`, by unshare(1), mount(1) and a shell
 * (namespaces.ts). With a server that runs as root, neither needs user namespaces, which some machines forbid. A file
 * system mounted below the working directory can be written to only with bubblewrap.
 *
 * Which one works here is found out by doing it (probes/sandbox.ts). Neither dies with what started it: the death of the
 * server, the launcher, the shim or the minder does not end the task.
 */
export type Sandbox = {
  kind: "bubblewrap" | "namespaces";
  /** Full paths. */
  tools: SandboxTools;
  /** The manager's data directory: its real path. */
  hidden: string;
  /** Where outputs are, when that is not in the data directory: hidden like it. Its real path. */
  hiddenToo: string | null;
  /** Homes and other directories that stay read-only as a working directory: real paths. */
  readOnly: readonly string[];
  /** What of the above this machine cannot give, in words. */
  lacks: readonly string[];
};

export type SandboxTools = {
  bwrap: string | null;
  unshare: string | null;
  setpriv: string | null;
  readlink: string | null;
};

/** Lines for the child before it starts anything: which directory this is, and what may be done with it. */
export function sandboxLines(sandbox: Sandbox): string[] {
  const { readOnly, tools } = sandbox;
  const hidden = sandbox.hiddenToo === null ? [sandbox.hidden] : [sandbox.hidden, sandbox.hiddenToo];
  const inside = (path: string) => `${quote(path)}|${quote(`${path}/`)}*`;
  return [
    `command exec 6<. || f sandbox-directory; UTM_REAL=$(${quote(tools.readlink ?? "readlink")} /proc/self/fd/6) || f sandbox`,
    `case $UTM_REAL in ${hidden.map(inside).join("|")}) f sandbox-directory;; esac`,
    // An empty UTM_BIND leaves it as the rest is; below /tmp nothing would be there.
    `UTM_BIND=--bind; case $UTM_REAL in ${[...systemPatterns, ...readOnly.map(quote)].join("|")}) UTM_BIND=;; esac`,
    ...hidden.map((path) => `case ${quote(path)} in "$UTM_REAL"/*) UTM_BIND=;; esac`),
    "case $UTM_BIND$UTM_REAL in /tmp/*|/var/tmp/*) UTM_BIND=--ro-bind;; esac",
    // Folders on the way to it in the new /tmp; bubblewrap would close them to others when the last one is closed.
    // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
    'set --; case $UTM_REAL in /tmp/*|/var/tmp/*) UTM_w=$UTM_REAL; while UTM_w=${UTM_w%/*}; [ "${UTM_w#/var}" != /tmp ]; do set -- --dir "$UTM_w" "$@"; done;; esac',
    `export UTM_SETUP UTM_REAL UTM_BIND UTM_HIDDEN=${quote(sandbox.hidden)} UTM_HIDDEN_TOO=${quote(sandbox.hiddenToo ?? "")}`,
  ];
}

const wholeSystem = "/bin /boot /dev /etc /lib /lib32 /lib64 /libx32 /proc /run /sbin /sys /usr".split(" ");
const onlyThemselves =
  "/ /home /media /mnt /opt /root /srv /tmp /var /var/backups /var/cache /var/lib /var/local /var/log /var/mail /var/opt /var/spool /var/tmp".split(
    " ",
  );
const systemPatterns = [...wholeSystem.flatMap((path) => [path, `${path}/*`]), ...onlyThemselves];

/** Shell text of the words that put what comes behind them into the sandbox, as the user of the task. */
export function sandboxWords(shell: Shell, sandbox: Sandbox, runAs: RunAs | null): string {
  return sandbox.kind === "bubblewrap" ? bubblewrapWords(sandbox, runAs) : namespaceWords(shell, sandbox, runAs);
}

/**
 * The mounts in the order of the words. As root, bubblewrap leaves all capabilities, and the settings of the kernel in
 * /proc/sys open to be written: root without a capability may write them, too. The user is switched inside, with the
 * capabilities for just that: as another user, bubblewrap would need user namespaces, in which further groups are lost.
 */
function bubblewrapWords({ tools, hiddenToo }: Sandbox, runAs: RunAs | null): string {
  const switching = ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((name) => ["--cap-add", name]);
  // What bubblewrap makes is its own user's; older ones do not know the option.
  const forAll = runAs === null ? [] : ["--perms", "1777"];
  const words = [
    tools.bwrap ?? "bwrap",
    ..."--unshare-pid --unshare-ipc --unshare-uts --unshare-net --as-pid-1 --cap-drop ALL".split(" "),
    ...(runAs === null ? [] : switching),
    ..."--ro-bind / / --dev /dev --proc /proc".split(" "),
    ...closedInProc.flatMap((path) => ["--ro-bind-try", path, path]),
    ...["/tmp", "/var/tmp", "/dev/shm"].flatMap((path) => [...forAll, "--tmpfs", path]),
    ...["--tmpfs", "/run"],
  ];
  const hidden = hiddenToo === null ? ["UTM_HIDDEN"] : ["UTM_HIDDEN", "UTM_HIDDEN_TOO"];
  const hide = hidden.map((name) => `--tmpfs "$${name}" --remount-ro "$${name}"`).join(" ");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
  const directory = '"$@" ${UTM_BIND:+"$UTM_BIND" "$UTM_REAL" "$UTM_REAL"}';
  const drop = runAs === null ? [] : [tools.setpriv ?? "setpriv", ...userOptions(runAs), "--inh-caps=-all", ...noMore];
  return `${quoted(words)} ${directory} ${hide} -- ${quoted(drop)}`;
}

/** Files and folders in /proc by which root could act on the machine. */
const closedInProc = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"];

function namespaceWords(shell: Shell, { tools }: Sandbox, runAs: RunAs | null): string {
  const isRoot = process.getuid?.() === 0;
  const words = [
    tools.unshare ?? "unshare",
    ..."--mount --pid --fork --ipc --uts --net --propagation private".split(" "),
    ...(isRoot ? [] : ["--user", "--map-current-user", "--keep-caps"]),
  ];
  const ambient = isRoot ? [] : ["--ambient-caps=-all"];
  const user = runAs === null ? [] : userOptions(runAs);
  const drop = [tools.setpriv ?? "setpriv", ...user, "--inh-caps=-all", ...ambient, ...noMore];
  return `${quoted(words)} ${quote(shell.inner.path)} -c 'eval "$UTM_SETUP"' utm ${quoted(drop)}`;
}

const noMore = ["--bounding-set=-all", "--no-new-privs"];

function quoted(words: readonly string[]): string {
  return words.map(quote).join(" ");
}

/** Options of setpriv(1) that make a process the user's, with all its groups. */
export function userOptions({ uid, gid }: RunAs): string[] {
  return [`--reuid=${uid}`, `--regid=${gid}`, "--init-groups"];
}
