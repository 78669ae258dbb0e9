import { useMantineColorScheme } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Account } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { errorText } from "../api/error-text.ts";
import { paletteText } from "../palette-text.ts";
import { endSession, readToken } from "../session/session.ts";
import { text } from "../text.ts";
import { Dialog } from "../ui/dialog.tsx";
import * as icons from "../ui/icons.tsx";
import { readSetting, writeSetting } from "../ui/settings.ts";
import classes from "./navigation.module.css";

const schemes = ["auto", "light", "dark"] as const;
const schemeIcons = { auto: icons.AutoSchemeIcon, light: icons.LightIcon, dark: icons.DarkIcon };

type NavigationProps = { account: Account | undefined; onShowKeys: () => void; onShowPalette: () => void };

/** The menu: a rail at the left, a bar at the bottom of a phone, where five fit and the last one has the others. */
export function Navigation({ account, onShowKeys, onShowPalette }: NavigationProps) {
  const [isCollapsed, setCollapsed] = useState(() => readSetting("menu") === "collapsed");
  const [isShowingMore, showMore] = useState(false);
  function toggle() {
    writeSetting("menu", isCollapsed ? "open" : "collapsed");
    setCollapsed(!isCollapsed);
  }
  return (
    <nav aria-label={text.nav.label} className={classes.rail} data-collapsed={isCollapsed || undefined}>
      <div className={classes.brand}>
        <img src="/favicon.svg" alt="" width="24" height="24" />
        <span className={classes.word}>{text.product}</span>
      </div>
      <NavLink to="/dashboard" icon={<icons.DashboardIcon />} label={text.nav.dashboard} />
      <NavLink to="/tasks" icon={<icons.TasksIcon />} label={text.nav.tasks} isExact />
      <NavLink to="/tasks/new" icon={<icons.PlusIcon />} label={text.nav.newTask} />
      <NavLink to="/nodes" icon={<icons.NodesIcon />} label={text.nav.nodes} />
      <div className={classes.wide}>
        <UsersLink account={account} />
        <SettingsLink account={account} />
        <div className={classes.space} />
        <RailButton icon={<icons.SearchIcon />} label={paletteText.open} onClick={onShowPalette} />
        <SchemeButton />
        <RailButton icon={<icons.KeyboardIcon />} label={text.nav.keys} onClick={onShowKeys} />
        <RailButton
          icon={<icons.SidebarIcon />}
          label={isCollapsed ? text.nav.expand : text.nav.collapse}
          onClick={toggle}
        />
        <hr className={classes.line} />
        <AccountLink account={account} />
        <LogOutButton />
      </div>
      <div className={classes.narrow}>
        <RailButton icon={<icons.MoreIcon />} label={text.nav.more} onClick={() => showMore(true)} />
      </div>
      {isShowingMore && <MorePlaces account={account} onShowPalette={onShowPalette} onClose={() => showMore(false)} />}
    </nav>
  );
}

type MorePlacesProps = Pick<NavigationProps, "account" | "onShowPalette"> & { onClose: () => void };

/** What has no place of its own in a phone's bar. */
function MorePlaces({ account, onShowPalette, onClose }: MorePlacesProps) {
  function showPalette() {
    onClose();
    onShowPalette();
  }
  return (
    <Dialog title={text.nav.more} onClose={onClose}>
      <div className={classes.places}>
        <UsersLink account={account} onClick={onClose} />
        <SettingsLink account={account} onClick={onClose} />
        <AccountLink account={account} onClick={onClose} />
        <RailButton icon={<icons.SearchIcon />} label={paletteText.open} onClick={showPalette} />
        <SchemeButton />
        <LogOutButton />
      </div>
    </Dialog>
  );
}

type AccountLinkProps = { account: Account | undefined; onClick?: () => void };

function UsersLink({ account, onClick }: AccountLinkProps) {
  const mayManage = account?.permissions.includes("manage_users") ?? false;
  return mayManage && <NavLink to="/users" icon={<icons.UsersIcon />} label={text.nav.users} onClick={onClick} />;
}

function SettingsLink({ account, onClick }: AccountLinkProps) {
  const maySee = account?.permissions.includes("view_settings") ?? false;
  return maySee && <NavLink to="/settings" icon={<icons.SettingsIcon />} label={text.nav.settings} onClick={onClick} />;
}

function AccountLink({ account, onClick }: AccountLinkProps) {
  const label = account?.username ?? text.nav.account;
  return <NavLink to="/account" icon={<icons.AccountIcon />} label={label} onClick={onClick} />;
}

type PagePath = "/dashboard" | "/tasks" | "/tasks/new" | "/nodes" | "/users" | "/settings" | "/account";

type NavLinkProps = {
  to: PagePath;
  icon: ReactNode;
  label: string;
  isExact?: boolean;
  onClick?: (() => void) | undefined;
};

function NavLink(props: NavLinkProps) {
  return (
    <Link
      to={props.to}
      className={classes.item}
      activeOptions={{ exact: props.isExact ?? false, includeSearch: false }}
      activeProps={{ "data-active": true }}
      title={props.label}
      onClick={props.onClick}
    >
      {props.icon}
      <span className={classes.word}>{props.label}</span>
    </Link>
  );
}

function RailButton(props: { icon: ReactNode; label: string; onClick: () => void; isDisabled?: boolean }) {
  return (
    <button
      type="button"
      className={classes.item}
      data-button
      onClick={props.onClick}
      disabled={props.isDisabled}
      title={props.label}
    >
      {props.icon}
      <span className={classes.word}>{props.label}</span>
    </button>
  );
}

function SchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const CurrentIcon = schemeIcons[colorScheme];
  const next = schemes[(schemes.indexOf(colorScheme) + 1) % schemes.length] ?? "auto";
  return (
    <RailButton
      icon={<CurrentIcon />}
      label={text.scheme.title(text.scheme[colorScheme])}
      onClick={() => setColorScheme(next)}
    />
  );
}

function LogOutButton() {
  const logOut = useLogOut();
  return (
    <RailButton
      icon={<icons.LogOutIcon />}
      label={text.nav.logOut}
      onClick={() => logOut.mutate()}
      isDisabled={logOut.isPending}
    />
  );
}

/** Revokes the token and ends the session of this browser. */
function useLogOut() {
  return useMutation({
    mutationFn: () => client.call(contract.logout, {}),
    onSuccess: () => endSession("left"),
    onError: (error) => {
      if (readToken() === null) {
        // A token the server refuses has ended the session by itself, and the wish to leave stands.
        endSession("left");
      } else {
        notifications.show({ color: "red", message: errorText(error) });
      }
    },
  });
}
