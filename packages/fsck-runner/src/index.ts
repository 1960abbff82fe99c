/**
 * Check a file system before it is mounted, and say what the checker found.
 *
 * @packageDocumentation
 */
export {};
