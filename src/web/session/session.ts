/** The token of this browser. Every tab shares it; logging out in one logs out all. */
const storageKey = "utm.token";

/** In the place of the token once a person has logged out, so that every tab knows it from a session that ran out. */
const left = "";

/** `left` on the person's own wish, in whichever tab; `ended` by the server. */
type SessionChange = "begun" | "left" | "ended";
type SessionListener = (change: SessionChange) => void;
const listeners = new Set<SessionListener>();

/** Where storage is forbidden, the session lives as long as the page. */
let fallback: string | null = null;

export function readToken(): string | null {
  return stored() || null;
}

/** True once a person has logged out at this browser, until somebody logs in. */
export function isLeft(): boolean {
  return stored() === left;
}

export function beginSession(token: string): void {
  store(token);
  announce("begun");
}

export function endSession(change: "left" | "ended"): void {
  store(change === "left" ? left : null);
  announce(change);
}

/** Calls back whenever a session begins or ends, in this tab or another one. */
export function onSessionChange(listener: SessionListener): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key === storageKey || event.key === null) {
      const ending = isLeft() ? "left" : "ended";
      listener(readToken() === null ? ending : "begun");
    }
  };
  listeners.add(listener);
  window.addEventListener("storage", onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", onStorage);
  };
}

function stored(): string | null {
  try {
    return window.localStorage.getItem(storageKey);
  } catch {
    return fallback;
  }
}

function store(token: string | null): void {
  fallback = token;
  try {
    if (token === null) {
      window.localStorage.removeItem(storageKey);
    } else {
      window.localStorage.setItem(storageKey, token);
    }
  } catch {
    // The fallback holds it.
  }
}

function announce(change: SessionChange): void {
  for (const listener of listeners) {
    listener(change);
  }
}
