/**
 * Declare file systems, read and write fstab and mount options, and mount what is declared.
 *
 * @packageDocumentation
 */
export {};
