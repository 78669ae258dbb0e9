import { databaseOutage } from "../support/databases/outage.ts";

databaseOutage("mysql", "MariaDB");
