/**
 * Read and write the Linux kernel command line by the kernel's own rules.
 *
 * @packageDocumentation
 */
export {};
