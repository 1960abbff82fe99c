/**
 * Make the essential device nodes in /dev.
 *
 * @packageDocumentation
 */
export {};
