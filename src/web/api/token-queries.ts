import { queryOptions } from "@tanstack/react-query";
import { client, contract } from "./client.ts";

/** One's own tokens and logins. */
export const tokensQuery = queryOptions({
  queryKey: ["access tokens"],
  queryFn: ({ signal }) => client.call(contract.listTokens, {}, { signal }),
});
