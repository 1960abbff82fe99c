import { bootSystem, readConfiguration } from "@earlyboot/initrd-init";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { addonPath } from "./addon-path.ts";
import { createHostUi } from "./host.ts";

/** PID 1: everything that it does is in `bootSystem`; what it knows of its host is in `host.ts`. */
export function start(): void {
  const linux = openLinux({ addon: addonPath });
  void bootSystem(linux, readConfiguration(linux), createHostUi(linux));
}

// What the code cache is warmed up with, when this package is built.
export { bootSystem, createHostUi, openLinux, readConfiguration };

// `start.cjs` calls `start` itself.
if (require.main === module) start();
