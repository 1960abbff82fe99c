import { readFileSync } from "node:fs";
import { expect } from "@jest/globals";
import { startGuest } from "@earlyboot/earlyboot";
import { testKernel } from "../support/boot-environment.ts";
import { guestCommandLine, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";

/** Milliseconds after which the guest is taken to wait for its reader. */
const patience = 120_000;

bootTest(
  "lets a guest print on while whoever started it is busy, and keeps all of it",
  async () => {
    const log = scratchFile("console");
    const guest = startGuest(
      {
        kernel: testKernel()?.file ?? "",
        commandLine: guestCommandLine(""),
        processors: 1,
        memory: 256,
      },
      log,
    );
    const [nothing, started] = [new Int32Array(new SharedArrayBuffer(4)), performance.now()];
    // Without an image it misses its root. Meanwhile this process can do nothing else.
    while (!readFileSync(log, "utf8").includes("Kernel panic - not syncing")) {
      Atomics.wait(nothing, 0, 0, 50);
      if (performance.now() - started > patience) break;
    }
    await guest.exited;

    expect(guest.console.text()).toContain("Kernel panic - not syncing");
    expect(guest.console.text()).toBe(readFileSync(log, "utf8").replaceAll("\r", ""));
  },
);
