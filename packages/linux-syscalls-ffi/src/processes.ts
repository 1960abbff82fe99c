import type { Processes } from "@earlyboot/linux-syscalls";

import { callback, integer, unsigned } from "./arguments.ts";
import { followChildren } from "./children.ts";
import { execve } from "./execve.ts";
import type { Kernel } from "./kernel.ts";
import { runHandler } from "./run-handler.ts";
import { listen } from "./signals.ts";
import { spawn } from "./spawn.ts";
import { terminalCalls } from "./terminals.ts";

/** Programs, signals, sessions, terminals, and the end of the machine. */
export function processCalls(kernel: Kernel): Processes {
  const children = followChildren(kernel);

  return {
    ...terminalCalls(kernel),
    getpid: () => process.pid,
    spawn: async (request) => spawn(kernel, children, request),
    execve: (path, argv, environment, options) => execve(kernel, path, argv, environment, options),
    kill(pid, signal) {
      const target = integer("kill", "pid", pid, -0x80000000, 0x7fffffff);
      kernel.call("kill", [target, integer("kill", "signal", signal, 0, 64)]);
    },
    sync: () => void kernel.call("sync", []),
    reboot(command) {
      kernel.call("reboot", [unsigned("reboot", "command", command) | 0]);
    },
    setsid: () => kernel.call("setsid", []),
    reapOrphans(onReaped) {
      const tell = onReaped === undefined ? onReaped : callback("waitid", "onReaped", onReaped);
      return children.reapOrphans((pid, status) => {
        if (tell !== undefined) void runHandler("onReaped", () => tell(pid, status));
      });
    },
    onSignal(signal, handler) {
      const number = integer("sigaction", "signal", signal, 1, 64);
      const run = callback("sigaction", "handler", handler);
      return listen(number, () => void runHandler("onSignal's handler", run));
    },
  };
}
