/** The tab's icon, with a mark each for what runs (a dot at the top) and what failed (a square at the bottom). */
export function showFavicon(isRunning: boolean, hasFailed: boolean): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link !== null) {
    const isPlain = !isRunning && !hasFailed;
    link.href = isPlain ? "/favicon.svg" : `data:image/svg+xml,${encodeURIComponent(iconWith(isRunning, hasFailed))}`;
  }
}

function iconWith(isRunning: boolean, hasFailed: boolean): string {
  const dot = '<circle cx="25" cy="7" r="6.5" fill="#3d8fe8" stroke="#fff" stroke-width="1.5"/>';
  const square = '<rect x="19" y="19" width="12" height="12" rx="2" fill="#d8352f" stroke="#fff" stroke-width="1.5"/>';
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1b1e22"/>' +
    '<path d="M8 11l5 5-5 5" fill="none" stroke="#6cb2ff" stroke-width="3" stroke-linecap="round"/>' +
    `${isRunning ? dot : ""}${hasFailed ? square : ""}</svg>`
  );
}
