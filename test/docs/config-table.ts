import { configOptions } from "../../src/config/options.ts";

/** The table of settings as it stands in the README, made from the one list of them. */
export function configTable(): string {
  const rows = Object.values(configOptions).map(
    ({ env, flag, defaultText, description }) => `| \`${env}\` | \`--${flag}\` | ${defaultText} | ${description} |`,
  );
  return ["| variable | flag | default | meaning |", "|---|---|---|---|", ...rows].join("\n");
}
