import { QueryClient } from "@tanstack/react-query";
import { ApiFailure } from "../../client/client.ts";

const mostRetries = 2;

/** What was fetched. The stream of changes keeps it fresh, so nothing is asked again merely because time passed. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A server on the same machine is there even when the browser believes it is offline.
      networkMode: "always",
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < mostRetries && !(error instanceof ApiFailure && error.status < 500),
      retryDelay: (failures) => 400 * (failures + 1),
    },
    mutations: { networkMode: "always", retry: false },
  },
});
