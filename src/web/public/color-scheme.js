// Sets the colour scheme before the first paint. A file of its own, because the content security policy allows no
// inline script. The key is the one of app.tsx.
(() => {
  let chosen = null;
  try {
    chosen = window.localStorage.getItem("utm.color-scheme");
  } catch {
    // Storage can be forbidden; the system's choice is used then.
  }
  const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const scheme = chosen === "light" || chosen === "dark" ? chosen : isDark ? "dark" : "light";
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
})();
