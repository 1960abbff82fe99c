import type { Modules } from "@earlyboot/linux-syscalls";

import { bytes, descriptor, text, unsigned } from "./arguments.ts";
import { C } from "./c-constants.ts";
import type { Kernel } from "./kernel.ts";

/**
 * finit_module(2), init_module(2), delete_module(2). A module's init may take seconds, so loading
 * runs on a thread of the pool: as many at once as the pool has threads.
 */
export function moduleCalls(kernel: Kernel): Modules {
  return {
    async finitModule(open, parameters, flags = 0) {
      const file = descriptor("finit_module", "descriptor", open);
      const words = text("finit_module", "parameters", parameters);
      const how = unsigned("finit_module", "flags", flags) | 0;
      await kernel.callAside("finit_module", [file, words, how]);
    },
    async initModule(image, parameters) {
      // A copy: the caller's memory could be detached while the kernel reads it.
      const copy = bytes("init_module", "image", image).slice();
      const words = text("init_module", "parameters", parameters);
      await kernel.callAside("init_module", [copy, copy.length, words]);
    },
    // O_NONBLOCK: without waiting for the module's users.
    deleteModule(name) {
      const module = text("delete_module", "name", name);
      kernel.call("delete_module", [module, C.O_NONBLOCK], { path: module });
    },
  };
}
