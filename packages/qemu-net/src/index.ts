/**
 * Bring up the network of a QEMU guest.
 *
 * @packageDocumentation
 */
export {};
