/**
 * Load kernel modules with their dependencies, and find those that the hardware asks for.
 *
 * @packageDocumentation
 */
export {};
