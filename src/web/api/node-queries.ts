import { queryOptions } from "@tanstack/react-query";
import { client, contract } from "./client.ts";

const refreshMs = 5000;

/** All nodes, looked at again and again while somebody looks at them. */
export const nodesQuery = queryOptions({
  queryKey: ["nodes"],
  queryFn: ({ signal }) => client.call(contract.listNodes, {}, { signal }),
  refetchInterval: refreshMs,
});
