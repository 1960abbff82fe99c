/**
 * Build, read and compare initial RAM disk images.
 *
 * @packageDocumentation
 */
export {};
