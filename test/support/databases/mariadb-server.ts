import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { placeCertificate, type ServerRecipe } from "./shared-server.ts";

/** MariaDB as Debian packages it. */
const server = "/usr/sbin/mariadbd";
const installer = "/usr/bin/mariadb-install-db";
const password = "p@ss/w:rd%";

export const canRunMariadb = (): boolean => existsSync(server) && existsSync(installer);

export const mariadbRecipe: ServerRecipe = {
  name: "mariadb",
  prepare(directory, port) {
    const data = join(directory, "data");
    const user = process.getuid?.() === 0 ? ["--user=root"] : [];
    const how = ["--no-defaults", ...user, `--datadir=${data}`, "--skip-test-db"];
    execFileSync(installer, [...how, "--auth-root-authentication-method=normal"], { stdio: "pipe" });
    const users = join(directory, "users.sql");
    writeFileSync(
      users,
      `create user tester@'%' identified by '${password}';\ngrant all privileges on *.* to tester@'%' with grant option;\n`,
    );
    const { certificate, key } = placeCertificate(directory);
    const settings = [
      `--ssl-cert=${certificate}`,
      `--ssl-key=${key}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      `--socket=${join(directory, "socket")}`,
      `--pid-file=${join(directory, "pid")}`,
      `--init-file=${users}`,
      "--skip-name-resolve",
      "--innodb-flush-log-at-trx-commit=0",
      "--innodb-flush-method=nosync",
      "--innodb-doublewrite=0",
      "--innodb-buffer-pool-size=64M",
      "--max-connections=300",
    ];
    return {
      command: [server, "--no-defaults", ...user, `--datadir=${data}`, ...settings],
      url: `mysql://tester:${encodeURIComponent(password)}@127.0.0.1:${port}/mysql`,
      stopSignal: "KILL",
    };
  },
  async probe(url) {
    const connection = await createConnection(url);
    await connection.end();
  },
};
