/** The words of the menu of filters. */
export const menuText = {
  status: "Status",
  outcome: "Outcome",
  submitted: "Submitted",
  anyTime: "any time",
  times: [
    ["1h", "last hour"],
    ["24h", "last 24 h"],
    ["today", "today"],
    ["7d", "last 7 days"],
  ] satisfies [string, string][],
  ended: "Ended",
  from: "From",
  to: "To",
  before: "Before",
  tag: "Tag",
  queue: "Queue",
  node: "Node",
  owner: "Owner",
  everybody: "everybody",
  done: "Done",
};
