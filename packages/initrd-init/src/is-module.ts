/** Whether a boot program is a JavaScript module, which is imported, and not executed. */
export function isModule(path: string): boolean {
  return /\.[cm]?js$/.test(path);
}
