import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { type StatisticsSpan, statisticsSpans } from "../contract/index.ts";
import { queries } from "./api/query-client.ts";
import { taskQuery } from "./api/task-queries.ts";
import { Frame } from "./components/frame.tsx";
import { LoginPage } from "./pages/login.tsx";
import { CrashPage, NotFoundPage } from "./pages/not-found.tsx";
import { readSearch, writeSearch } from "./search-params.ts";
import { safeReturnPath } from "./session/return-path.ts";
import { readToken } from "./session/session.ts";
import { filterWords, type TasksSearch } from "./task/filter-words.ts";

type Search = Record<string, unknown>;
type NewTaskSearch = { command?: string | undefined; from?: number | undefined };
type TaskSearch = { tab?: TaskTab | undefined; attempt?: number | undefined };

type DashboardSearch = { owner?: "all" | undefined; span?: StatisticsSpan | undefined };

const spans = Object.keys(statisticsSpans) as StatisticsSpan[];

/** Output is what a task shows unasked. */
const taskTabs = ["details", "events", "usage"] as const;
type TaskTab = (typeof taskTabs)[number];

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: CrashPage });

function leaveDoor({ search }: { search: { to?: string | undefined } }) {
  if (readToken() !== null) {
    throw redirect({ href: safeReturnPath(search.to) });
  }
}

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: returnSearch,
  beforeLoad: leaveDoor,
  component: LoginPage,
});

const registerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/register",
  validateSearch: returnSearch,
  beforeLoad: leaveDoor,
  component: lazyRouteComponent(() => import("./pages/register.tsx"), "RegisterPage"),
});

/** Everything behind the login. */
const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  beforeLoad: ({ location }) => {
    if (readToken() === null) {
      throw redirect({ to: "/login", search: { to: location.pathname === "/" ? undefined : location.href } });
    }
  },
  component: Frame,
});

const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/dashboard" });
  },
});

const dashboardRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/dashboard",
  validateSearch: (search: Search): DashboardSearch => ({
    owner: search.owner === "all" ? "all" : undefined,
    span: spans.find((span) => span === search.span),
  }),
  component: lazyRouteComponent(() => import("./pages/dashboard.tsx"), "DashboardPage"),
});

const tasksRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/tasks",
  validateSearch: (search: Search): TasksSearch =>
    Object.fromEntries(["q", ...filterWords].map((name) => [name, textOf(search[name])])),
  component: lazyRouteComponent(() => import("./pages/tasks.tsx"), "TasksPage"),
});

const newTaskRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/tasks/new",
  validateSearch: (search: Search): NewTaskSearch => ({ command: textOf(search.command), from: numberOf(search.from) }),
  component: lazyRouteComponent(() => import("./pages/new-task.tsx"), "NewTaskPage"),
});

const taskRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/tasks/$taskId",
  validateSearch: (search: Search): TaskSearch => ({
    tab: taskTabs.find((tab) => tab === search.tab),
    attempt: numberOf(search.attempt),
  }),
  // Asked for with the page's code, and when the pointer comes to a link; the page itself waits for nothing.
  loader: ({ params }) => {
    const id = numberOf(params.taskId);
    if (id !== undefined) {
      void queries.prefetchQuery(taskQuery(id));
    }
  },
  component: lazyRouteComponent(() => import("./pages/task.tsx"), "TaskPage"),
});

const accountRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/account",
  component: lazyRouteComponent(() => import("./pages/account.tsx"), "AccountPage"),
});

const nodesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/nodes",
  component: lazyRouteComponent(() => import("./pages/nodes.tsx"), "NodesPage"),
});

const usersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/users",
  component: lazyRouteComponent(() => import("./pages/users.tsx"), "UsersPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/settings",
  validateSearch: (search: Search): { q?: string | undefined } => ({ q: textOf(search.q) }),
  component: lazyRouteComponent(() => import("./pages/settings.tsx"), "SettingsPage"),
});

const routeTree = rootRoute.addChildren([
  loginRoute,
  registerRoute,
  appRoute.addChildren([
    homeRoute,
    dashboardRoute,
    tasksRoute,
    newTaskRoute,
    taskRoute,
    accountRoute,
    nodesRoute,
    usersRoute,
    settingsRoute,
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  trailingSlash: "never",
  parseSearch: readSearch,
  stringifySearch: writeSearch,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function returnSearch(search: Search): { to?: string | undefined } {
  return { to: textOf(search.to) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = Number(value);
  return value !== undefined && value !== "" && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
