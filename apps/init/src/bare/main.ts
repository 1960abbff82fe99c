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

/** PID 1 on Bare. */
core.load = (_name, bundle) => {
  const scripts = scriptsIn(bundle);
  Object.assign(globalThis, { console: consoleOn(scripts) });
  const linux = openLinux({ addon: addonPath });
  void bootSystem(linux, readConfiguration(linux), createHostUi(linux, scripts));
};
