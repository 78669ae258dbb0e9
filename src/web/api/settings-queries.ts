import { queryOptions } from "@tanstack/react-query";
import { client, contract } from "./client.ts";

/** What the server was started with; it does not change while it runs. */
export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => client.call(contract.listSettings, {}, { signal }),
});
