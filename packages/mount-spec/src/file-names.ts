/**
 * Whether `file` is `prefix` or below it, by their components: `/gnu` is a prefix of `/gnu/store`, `/gn` is
 * not. Both must be absolute, else the answer is no. Repeated and trailing slashes do not matter.
 */
export function isFilePrefix(prefix: string, file: string): boolean {
  if (!prefix.startsWith("/") || !file.startsWith("/")) return false;
  const wanted = components(prefix);
  const found = components(file);
  return wanted.every((component, index) => component === found[index]);
}

/** The components of a file name: two names of the same components are the same file. */
export function components(file: string): readonly string[] {
  return file.split("/").filter((component) => component !== "" && component !== ".");
}
