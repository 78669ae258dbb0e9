import { missingServer, type ServerKind } from "./fresh-database.ts";

/** A program: prints why there is no server of the given kind here, and nothing when there is one. */
process.stdout.write(missingServer(process.argv[2] as ServerKind) ?? "");
