import { bootSystem, readConfiguration } from "@earlyboot/initrd-init";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { addonPath, createHostUi } from "./host.ts";

/** PID 1: everything that it does is in `bootSystem`; what it knows of its host is in `host.ts`. */
const linux = openLinux({ addon: addonPath });

void bootSystem(linux, readConfiguration(linux), createHostUi(linux));
