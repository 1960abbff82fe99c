import { printable } from "@earlyboot/linux-syscalls";

/** Text for HTML and SVG, in elements and attributes, with control characters made visible. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
