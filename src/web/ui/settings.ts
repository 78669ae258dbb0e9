/** Small choices of the person that this browser remembers. Forgotten where storage is forbidden. */
type SettingName = "chart" | "menu" | "wrap" | "times";

export function readSetting(name: SettingName): string | null {
  try {
    return window.localStorage.getItem(`utm.${name}`);
  } catch {
    return null;
  }
}

export function writeSetting(name: SettingName, value: string): void {
  try {
    window.localStorage.setItem(`utm.${name}`, value);
  } catch {
    // The choice holds until the page is left.
  }
}
