/** The words of the command palette, of watching, and of the tab's icon. */
export const paletteText = {
  title: "Go to or do anything",
  open: "Commands",
  field: "Command, page, or task",
  hint: "Type a page, an action, a task's name or number",
  results: "What can be done",
  nothing: "Nothing is called that. Press Escape to close.",
  goTo: (page: string) => `Go to ${page}`,
  pages: {
    dashboard: "dashboard",
    tasks: "tasks",
    running: "running tasks",
    failed: "failed tasks",
    newTask: "new task",
    nodes: "nodes",
    users: "users",
    settings: "settings in force",
    account: "account",
  },
  scheme: (name: string) => `Use the ${name.toLowerCase()} colour scheme`,
  keys: "Show the keyboard shortcuts",
  openTask: (id: number) => `Open task ${id}`,
  runCommand: (command: string) => `New task: ${command}`,
  task: (id: number, name: string) => `#${id} ${name}`,
  searching: "Looking for tasks…",
};

export const watchText = {
  watch: "Notify me",
  watching: "Will notify",
  hint: "A notification of the browser when this task ends, as long as a tab of this page is open",
  denied:
    "This browser does not allow notifications from this page. Allow them in the site's settings, then try again. Until then the end is told in the page.",
  unsupported: "This browser has no notifications here (it may need HTTPS). The end is told in the page.",
  title: (name: string, id: number) => `${name} (#${id})`,
};
