// oxlint-disable-next-line import/no-unassigned-import -- the globals must be there before all else
import "./install-globals.ts";
import { bootSystem, readConfiguration } from "@earlyboot/initrd-init";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { addonPath } from "../addon-path.ts";
import { consoleOn } from "./console.ts";
import { core } from "./core.ts";
import { createHostUi } from "./host.ts";
import { scriptsIn } from "./scripts.ts";

// Bare calls these, whatever the boot program has told it by then.
Object.assign(core, { onexit: () => undefined, onbeforeexit: () => undefined });

/** PID 1 on Bare: goes on once Bare hands over the bundle that is part of its executable. */
export function start(): void {
  core.load = (_name, bundle) => {
    const scripts = scriptsIn(bundle);
    Object.assign(globalThis, { console: consoleOn(scripts) });
    const linux = openLinux({ addon: addonPath });
    void bootSystem(linux, readConfiguration(linux), createHostUi(linux, scripts));
  };
}

// What the code cache is warmed up with, when this package is built.
export { bootSystem, createHostUi, openLinux, readConfiguration, scriptsIn };
