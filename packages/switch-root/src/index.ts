/**
 * Make a mounted file system the root of the system, free the initramfs, and become the real init.
 *
 * @packageDocumentation
 */
export {};
