/** Where to go after a login: a path of this page only, so that a link cannot lead away to another site. */
export function safeReturnPath(path: string | undefined): string {
  const isLocal = path !== undefined && /^\/(?![/\\])/.test(path);
  const leadsToLogin = path !== undefined && /^\/(login|register)\b/.test(path);
  return isLocal && !leadsToLogin ? path : "/dashboard";
}
