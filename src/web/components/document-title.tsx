import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { meQuery } from "../api/account-queries.ts";
import { taskCountsQuery } from "../api/task-queries.ts";
import { text } from "../text.ts";
import { showFavicon } from "../ui/favicon.ts";

/** The tab's title and icon: the page, and what runs and what failed today of one's own tasks. Shows nothing itself. */
export function DocumentTitle({ page }: { page: string }) {
  const { data: me } = useQuery(meQuery);
  const { data: counts } = useQuery({ ...taskCountsQuery(me?.username ?? ""), enabled: me !== undefined });
  const running = counts?.running ?? 0;
  const failed = counts?.failedToday ?? 0;
  useEffect(() => {
    document.title = text.documentTitle(page, running, failed);
    showFavicon(running > 0, failed > 0);
  }, [page, running, failed]);
  return null;
}
