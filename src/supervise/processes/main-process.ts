import type { ProcessStat } from "./proc.ts";

/**
 * The programs this supervisor puts before an attempt's own: some become it, others stay as its parent and hand nothing
 * on. Names as the kernel keeps them.
 */
const wrapperNames: ReadonlySet<string> = new Set(["setsid", "env", "nice", "setpriv", "script", "unshare", "bwrap"]);

/**
 * The attempt's own program among its processes: the root, or below it the first that is none of our wrappers. Null when
 * the root has ended. A task that is itself one of these programs is passed by, too.
 */
export function findMain(members: readonly ProcessStat[], rootPid: number): ProcessStat | null {
  let main = members.find(({ pid }) => pid === rootPid) ?? null;
  while (main !== null && wrapperNames.has(main.name)) {
    const { pid } = main;
    const child = members.find((member) => member.parentPid === pid);
    if (child === undefined) {
      break;
    }
    main = child;
  }
  return main;
}
