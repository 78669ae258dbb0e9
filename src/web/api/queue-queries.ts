import { queryOptions } from "@tanstack/react-query";
import { client, contract } from "./client.ts";

const refreshMs = 5000;

/** All queues, looked at again and again while somebody looks at them. */
export const queuesQuery = queryOptions({
  queryKey: ["queues"],
  queryFn: ({ signal }) => client.call(contract.listQueues, {}, { signal }),
  refetchInterval: refreshMs,
});
