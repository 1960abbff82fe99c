/**
 * The whole early boot in order: modules, devices, check, mount, switch, hand over.
 *
 * @packageDocumentation
 */
export {};
