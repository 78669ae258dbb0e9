import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { meQuery } from "../api/account-queries.ts";
import { LiveTasks } from "../live/live-tasks.tsx";
import { text } from "../text.ts";
import { useKeys } from "../ui/keys.ts";
import { ConnectionBar } from "./connection-bar.tsx";
import classes from "./frame.module.css";
import { useFrameCommands } from "./frame-commands.ts";
import { KeysDialog } from "./keys-dialog.tsx";
import { Navigation } from "./navigation.tsx";

const CommandPalette = lazy(async () => ({ default: (await import("./command-palette.tsx")).CommandPalette }));

/** What surrounds every page behind the login: the menu, the connection bar, and the keys that work everywhere. */
export function Frame() {
  const navigate = useNavigate();
  const { data: me } = useQuery(meQuery);
  const [isShowingKeys, showKeys] = useState(false);
  const [isShowingPalette, showPalette] = useState(false);
  const mayManageUsers = me?.permissions.includes("manage_users") ?? false;
  const maySeeSettings = me?.permissions.includes("view_settings") ?? false;
  useKeys({
    n: () => void navigate({ to: "/tasks/new" }),
    "g n": () => void navigate({ to: "/tasks/new" }),
    "g d": () => void navigate({ to: "/dashboard" }),
    "g t": () => void navigate({ to: "/tasks" }),
    "g a": () => void navigate({ to: "/account" }),
    "g o": () => void navigate({ to: "/nodes" }),
    "g u": () => void (mayManageUsers && navigate({ to: "/users" })),
    "g s": () => void (maySeeSettings && navigate({ to: "/settings" })),
    "?": () => showKeys(true),
    "Ctrl+k": () => showPalette(true),
  });
  useFrameCommands(me, () => showKeys(true));
  return (
    <div className={classes.frame}>
      <a href="#content" className={classes.skip}>
        {text.nav.skip}
      </a>
      <Navigation account={me} onShowKeys={() => showKeys(true)} onShowPalette={() => showPalette(true)} />
      <main id="content" className={classes.content} tabIndex={-1}>
        <ConnectionBar />
        <Outlet />
      </main>
      {isShowingKeys && <KeysDialog onClose={() => showKeys(false)} />}
      <Suspense fallback={null}>
        {isShowingPalette && me !== undefined && <CommandPalette account={me} onClose={() => showPalette(false)} />}
      </Suspense>
      <LiveTasks />
    </div>
  );
}
