/**
 * The parts of the `earlyboot` command that other programs can use: a guest in QEMU with its console
 * and its monitor, and a scratch root to boot into.
 *
 * @packageDocumentation
 */
export { chooseAccelerator } from "./qemu/choose-accelerator.ts";
export { ConsoleError, openConsole, type GuestConsole } from "./qemu/guest-console.ts";
export * from "./qemu/qemu-arguments.ts";
export { openQmp, type QmpClient } from "./qemu/qmp-client.ts";
export { startGuest, type Guest, type GuestExit } from "./qemu/start-guest.ts";
export {
  fillScratchTree,
  makeScratchRoot,
  scratchLabel,
  type ScratchRoot,
  type ScratchTree,
} from "./scratch/make-scratch-root.ts";
export { parseScratchFacts, type ScratchFacts } from "./scratch/scratch-facts.ts";
export { scratchInit, scratchMarker } from "./scratch/scratch-init.ts";
export { defineConfig, type EarlybootConfig } from "./config/earlyboot-config.ts";
export type { MicrocodeChoice } from "./build/find-microcode.ts";
export type { Hook, Hooks } from "@earlyboot/initrd-init";
export { findStaticBusybox } from "./scratch/static-busybox.ts";
