/**
 * Makes the sandbox of sandbox.ts where there is no bubblewrap: the shell text that unshare(1) starts as the first
 * process of new namespaces, still with the privilege to mount, and that becomes what comes behind it.
 *
 * Root stays the machine's own, and every file system in it is made read-only for these namespaces alone, with the
 * options it has, since another namespace's may not be dropped. What is new (/proc, /dev, /tmp …) is mounted on top, then
 * the working directory. It is known by descriptor 4, opened here: one from outside belongs to mounts that are none of
 * these namespaces, and cannot be mounted from; it must not be left open either, since one could walk out by it.
 * Whatever fails, fails the sandbox; what failed is in the output. `mount -n` keeps no record of its own in /run.
 */
const lines = [
  's() { echo "f sandbox" >&8; exit 125; }',
  "PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin",
  "exec 4<. && [ . -ef /dev/fd/6 ] || s",
  // What cannot be written to now must not become so: a file system may be read-only for all.
  '[ "$UTM_BIND" = --bind ] && [ ! -w . ] && UTM_BIND=--ro-bind',
  "mount -n -t proc -o nosuid,nodev,noexec proc /proc || s",
  "while read -r UTM_w UTM_w UTM_w UTM_w UTM_p UTM_o UTM_w; do",
  'case $UTM_p in /proc|/proc/*|/dev|/dev/*|/tmp|/tmp/*|/var/tmp|/var/tmp/*|/run|/run/*) continue;; *\\\\*) UTM_p=$(printf %b "$UTM_p");; esac',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
  'case $UTM_o in rw*) mount -n -o "remount,bind,ro,nosuid,nodev${UTM_o#rw}" "$UTM_p" || { [ -e "$UTM_p" ] && s; };; esac',
  "done </proc/self/mountinfo",
  "for UTM_p in /var/tmp /run /tmp; do [ ! -d $UTM_p ] || mount -n -t tmpfs -o nosuid,nodev,mode=1777 tmpfs $UTM_p || s; done",
  "mkdir /tmp/dev && mount -n -t tmpfs -o nosuid,mode=755 tmpfs /tmp/dev || s",
  "for UTM_p in null zero full random urandom tty; do : >/tmp/dev/$UTM_p && mount -n --bind /dev/$UTM_p /tmp/dev/$UTM_p || s; done",
  "mkdir /tmp/dev/pts /tmp/dev/shm && mount -n -t devpts -o newinstance,nosuid,noexec,ptmxmode=666,mode=620 devpts /tmp/dev/pts || s",
  "mount -n -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /tmp/dev/shm && ln -s pts/ptmx /tmp/dev/ptmx && ln -s /proc/self/fd /tmp/dev/fd || s",
  "ln -s fd/0 /tmp/dev/stdin; ln -s fd/1 /tmp/dev/stdout; ln -s fd/2 /tmp/dev/stderr",
  "mount -n --move /tmp/dev /dev && rmdir /tmp/dev || s",
  "for UTM_p in /proc/sys /proc/sysrq-trigger /proc/irq /proc/bus; do [ ! -e $UTM_p ] || { mount -n --bind $UTM_p $UTM_p && mount -n -o remount,bind,ro,nosuid,nodev,noexec $UTM_p; } || s; done",
  'if [ "$UTM_BIND" ]; then mkdir -p "$UTM_REAL" && mount -n -c --rbind /proc/self/fd/4 "$UTM_REAL" || s',
  'UTM_o=; while read -r UTM_w UTM_w UTM_w UTM_w UTM_p UTM_l UTM_w; do case $UTM_p in *\\\\*) UTM_p=$(printf %b "$UTM_p");; esac',
  '[ "$UTM_p" = "$UTM_REAL" ] && UTM_o=$UTM_l; done </proc/self/mountinfo; [ "$UTM_o" ] || s',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
  '[ "$UTM_BIND" = --ro-bind ] && UTM_p=ro || UTM_p=rw; mount -n -o "remount,bind,$UTM_p,nosuid,nodev${UTM_o#r?}" "$UTM_REAL" || s; fi',
  'for UTM_p in "$UTM_HIDDEN" "$UTM_HIDDEN_TOO"; do [ ! -d "$UTM_p" ] || mount -n -t tmpfs -o ro,nosuid,nodev,mode=755 tmpfs "$UTM_p" || s; done',
  "ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null",
  'exec 4<&-; exec "$@"',
];

export const setupText = lines.join("\n");
