/**
 * Replaces `\040` and its kin, by which fstab(5) and `/proc/self/mountinfo` write bytes that would end a
 * field. Several in a row are the bytes of UTF-8; what is none of it becomes U+FFFD.
 */
export function unescapeOctal(text: string): string {
  return text.replace(/(?:\\[0-3][0-7]{2})+/g, (escapes) => {
    const bytes = escapes.match(/[0-7]{3}/g) ?? [];
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 8)),
    );
  });
}

/** Writes blanks, control characters, backslashes and `#` as {@link unescapeOctal} reads them. */
export function escapeOctal(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u0020\u007f\\#]/g, (character) => {
    return `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
  });
}
