/**
 * Know what is on a block device, and find one by path, label, UUID, partition UUID or partition label.
 *
 * @packageDocumentation
 */
export {};
