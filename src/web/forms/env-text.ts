/** Variables written as one `NAME=value` per line, as a form field holds them. Blank lines and `#` comments are skipped. */
type ParsedEnv = { ok: true; env: Record<string, string> } | { ok: false; line: number };

export function parseEnvText(text: string): ParsedEnv {
  const env: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) {
      continue;
    }
    const equals = line.indexOf("=");
    const name = line.slice(0, Math.max(0, equals)).trim();
    if (name === "") {
      return { ok: false, line: index + 1 };
    }
    env[name] = line.slice(equals + 1);
  }
  return { ok: true, env };
}

export function formatEnvText(env: Record<string, string>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n");
}
