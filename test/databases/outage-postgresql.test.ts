import { databaseOutage } from "../support/databases/outage.ts";

databaseOutage("postgres", "PostgreSQL");
