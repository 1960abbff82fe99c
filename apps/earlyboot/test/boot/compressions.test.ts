import { writeFileSync } from "node:fs";
import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { buildInitrd } from "../../src/build/build-initrd.ts";
import { testKernel } from "../support/boot-environment.ts";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";

for (const compression of ["gzip", "none", "xz", "zstd"] as const) {
  bootTest(
    `boots an image with ${compression}, behind a first part with an ACPI table`,
    async () => {
      const root = scratchFile("root");
      await makeScratchRoot({ file: root });

      const guest = await bootGuest({
        image: await build(compression),
        disks: [{ file: root }],
        commandLine: "root=LABEL=earlyboot-root",
      });
      await guest.reachedInit();

      // The kernel looks for tables in what is not compressed, before it unpacks anything.
      expect(guest.console.text()).toMatch(/ACPI.*made-up\.aml/i);
    },
    { programs: compression === "xz" ? ["xz"] : [] },
  );
}

async function build(compression: "gzip" | "none" | "xz" | "zstd"): Promise<string> {
  const kernel = testKernel();
  if (kernel === undefined) throw new Error("no kernel");
  const table = scratchFile("made-up.aml");
  writeFileSync(table, "not a table");
  const { output } = await buildInitrd(
    {
      architecture: "x64",
      kernelVersion: kernel.version,
      modulesDirectory: kernel.modules,
      modules: "guest",
      fileSystems: ["ext4"],
      early: [{ path: "/kernel/firmware/acpi/made-up.aml", files: [table] }],
    },
    { output: scratchFile("image"), compression, ...(compression === "none" ? {} : { level: 1 }) },
  );
  return output;
}
