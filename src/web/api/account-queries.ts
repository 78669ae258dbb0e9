import { queryOptions } from "@tanstack/react-query";
import { client, contract } from "./client.ts";

/** What the page asks about accounts and about the server itself. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => client.call(contract.me, {}, { signal }),
  staleTime: 60_000,
});

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: ({ signal }) => client.call(contract.listUsers, {}, { signal }),
});

export const infoQuery = queryOptions({
  queryKey: ["info"],
  queryFn: ({ signal }) => client.call(contract.info, {}, { signal }),
  staleTime: 60_000,
});
