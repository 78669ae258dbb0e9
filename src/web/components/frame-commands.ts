import { useMantineColorScheme } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { Account } from "../../contract/index.ts";
import { paletteText } from "../palette-text.ts";
import { text } from "../text.ts";
import { type PaletteCommand, useCommands } from "../ui/commands.ts";

/** What the palette offers on every page. */
export function useFrameCommands(account: Account | undefined, onShowKeys: () => void): void {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const { pages } = paletteText;
  const goTo = (page: string, run: () => void): PaletteCommand => ({ id: page, label: paletteText.goTo(page), run });
  const schemes = (["light", "dark", "auto"] as const).map((scheme) => ({
    id: `scheme ${scheme}`,
    label: paletteText.scheme(text.scheme[scheme]),
    run: () => setColorScheme(scheme),
  }));
  const users = goTo(pages.users, () => void navigate({ to: "/users" }));
  const settings = goTo(pages.settings, () => void navigate({ to: "/settings" }));
  useCommands([
    goTo(pages.dashboard, () => void navigate({ to: "/dashboard" })),
    goTo(pages.tasks, () => void navigate({ to: "/tasks" })),
    goTo(pages.running, () => void navigate({ to: "/tasks", search: { status: "running" } })),
    goTo(pages.failed, () => void navigate({ to: "/tasks", search: { status: "failed" } })),
    goTo(pages.newTask, () => void navigate({ to: "/tasks/new" })),
    goTo(pages.nodes, () => void navigate({ to: "/nodes" })),
    ...(account?.permissions.includes("manage_users") ? [users] : []),
    ...(account?.permissions.includes("view_settings") ? [settings] : []),
    goTo(pages.account, () => void navigate({ to: "/account" })),
    ...schemes,
    { id: "keys", label: paletteText.keys, hint: "?", run: onShowKeys },
  ]);
}
