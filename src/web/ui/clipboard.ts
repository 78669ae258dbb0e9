/** Puts a text on the clipboard; false when the browser does not allow it. */
export async function copyText(value: string): Promise<boolean> {
  // Only https and localhost have the clipboard API; elsewhere the old way still works.
  if (navigator.clipboard === undefined) {
    return copyBySelection(value);
  }
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    return copyBySelection(value);
  }
}

function copyBySelection(value: string): boolean {
  const field = document.createElement("textarea");
  field.value = value;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}
