/** Permissions in octal, as chmod(1) takes them. */
export const octal = (mode: number): string => `0${(mode & 0o7777).toString(8).padStart(3, "0")}`;

/** Flags in hexadecimal. */
export const hex = (flags: number): string => `0x${(flags >>> 0).toString(16)}`;

/** A word as it is, or in quotes where it would be read as none or as several. */
export function quoteWord(word: string): string {
  return /^[^\s"\\\p{C}]+$/u.test(word) ? word : JSON.stringify(word);
}

const longestText = 200;

/** Written content: text in quotes, anything else by its length. */
export function quoteContent(content: string | Uint8Array): string {
  const text = typeof content === "string" ? content : decode(content);
  if (text !== undefined && text.length <= longestText) return JSON.stringify(text);
  return `<${typeof content === "string" ? new TextEncoder().encode(content).length : content.length} bytes>`;
}

function decode(content: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
    return /[^\P{C}\t\n]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
