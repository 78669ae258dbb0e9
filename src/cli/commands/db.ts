import type { Command } from "commander";
import { type Config, ConfigMistakes, loadConfig } from "../../config/load.ts";
import type { DatabaseStatus } from "../../server/database.ts";
import { type Deps, tell } from "../deps.ts";
import { CliFailure, UsageError, usageExitCode } from "../failure.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { type Column, renderTable } from "../print/table.ts";

type DbFlags = { databaseUrl?: string; dataDir?: string; config?: string; json?: boolean };
type CopyFlags = DbFlags & { to?: string; force?: boolean };

const help = `
Works on the database "utm serve" would use with this environment and these flags.

  status    its kind, its schema, how many rows it has; changes nothing
  migrate   brings it to this program's schema (a server does the same when it starts)
  copy      copies the whole installation into an empty database of any kind, and compares every table
            by count and checksum. Stop all servers and workers before; tasks that run go on, and the
            next start, with the same data directory and the new DATABASE_URL, takes them up again

A URL in the command line can be seen by others on this machine: UTM_COPY_TO can be given instead of --to.

Exit code: 0 when it was done, 125 when it could not be, 2 for wrong words or a wrong configuration.

Examples:
  utm db status
  utm db copy --to postgres://utm:secret@db.example.org/utm
`;

export function declare(command: Command, deps: Deps): void {
  command.addHelpText("after", help).usage("status|migrate|copy [options]");
  addFlags(command.command("status").description("what the database is and holds"))
    .option("--json", "print JSON")
    .action((flags: DbFlags) => finish(deps, flags, (config) => status(config, flags, deps)));
  addFlags(command.command("migrate").description("bring the database to this program's schema")).action(
    (flags: DbFlags) => finish(deps, flags, (config) => migrate(config, deps)),
  );
  addFlags(command.command("copy").description("copy everything into another, empty database"))
    .option("--to <url>", "the other database (UTM_COPY_TO)")
    .option("--force", "also when nodes seem to be at work: when you know that none is")
    .action((flags: CopyFlags) => finish(deps, flags, (config) => copy(config, flags, deps)));
}

function addFlags(command: Command): Command {
  return command
    .option("--database-url <url>", "the database (DATABASE_URL; default: utm.sqlite in the data directory)")
    .option("--data-dir <path>", "the data directory (UTM_DATA_DIR)")
    .option("--config <file>", "configuration file (UTM_CONFIG)");
}

async function finish(deps: Deps, flags: DbFlags, act: (config: Config) => Promise<void>): Promise<void> {
  const { databaseUrl, dataDir, config: configFile } = flags;
  try {
    const given = { flags: { databaseUrl, dataDir }, environment: deps.env };
    await act(loadConfig(configFile === undefined ? given : { ...given, configFile }).config);
    deps.finish(0);
  } catch (error) {
    if (error instanceof ConfigMistakes) {
      for (const mistake of error.mistakes) {
        tell(deps, mistake);
      }
      deps.finish(usageExitCode);
      return;
    }
    throw isSentence(error) ? new CliFailure(error.message) : error;
  }
}

/** What the server's code refuses with a sentence for people. */
function isSentence(error: unknown): error is Error {
  const names = ["StoreRefused", "StoreUnavailable", "DirectoryInUse"];
  return error instanceof Error && (names.includes(error.name) || error.constructor === Error);
}

const columns: readonly Column[] = [{ title: "TABLE" }, { title: "ROWS", align: "right" }];

async function status(config: Config, flags: DbFlags, deps: Deps): Promise<void> {
  const { databaseStatus } = await loadServer();
  const found = await databaseStatus(config.databaseUrl, (sentence) => tell(deps, sentence));
  if (flags.json === true) {
    const { description, schema, programSchema, isWhole, rows } = found;
    const byTable = Object.fromEntries(rows.map(({ table, rows: count }) => [table, count]));
    printJson(deps, { database: description, schema, program_schema: programSchema, whole: isWhole, rows: byTable });
    return;
  }
  deps.stdout.write(`database  ${found.description}\nschema    ${schemaText(found)}\n`);
  if (!found.isWhole) {
    deps.stdout.write('state     a copy into it was not finished; run "utm db copy" again\n');
  }
  if (found.rows.length > 0) {
    const cells = found.rows.map(({ table, rows }) => [{ text: table }, { text: String(rows) }]);
    deps.stdout.write(`\n${renderTable(columns, cells, tableOptions(deps))}`);
  }
}

function schemaText({ schema, programSchema }: DatabaseStatus): string {
  if (schema === 0) {
    return "none yet: it is empty";
  }
  const isCurrent = schema === programSchema;
  return isCurrent ? `${schema}, this program's` : `${schema}; this program's is ${programSchema}: "utm db migrate"`;
}

async function migrate(config: Config, deps: Deps): Promise<void> {
  const { migrateDatabase } = await loadServer();
  const { from, to } = await migrateDatabase(config.databaseUrl, (sentence) => tell(deps, sentence));
  deps.stdout.write(from === to ? `The schema is ${to} already.\n` : `Brought from schema ${from} to ${to}.\n`);
}

async function copy(config: Config, flags: CopyFlags, deps: Deps): Promise<void> {
  const databaseUrl = flags.to ?? deps.env.UTM_COPY_TO;
  if (databaseUrl === undefined || databaseUrl === "") {
    throw new UsageError("Say where to: --to URL, or UTM_COPY_TO.");
  }
  const { copyInstallation } = await loadServer();
  const to = { databaseUrl, isForced: flags.force === true };
  const say = (sentence: string) => tell(deps, sentence);
  const onTable = (name: string, rows: number) => deps.stdout.write(`copied    ${name} ${rows}\n`);
  const copied = await copyInstallation(config, to, onTable, say);
  const rows = copied.report.reduce((sum, { digest }) => sum + digest.rows, 0);
  deps.stdout.write(`from      ${copied.from}\nto        ${copied.to}\n`);
  deps.stdout.write(`${rows} rows in ${copied.report.length} tables, each compared by count and checksum: the same.\n`);
  deps.stdout.write("Now start the server with the new DATABASE_URL and the same data directory.\n");
}

/** Only here: every other verb starts without the server's code. */
function loadServer() {
  return import("../../server/database.ts");
}
