import { fileURLToPath } from "node:url";
import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { loadingTime } from "../../src/report/loading-time.ts";
import { testKernel } from "../support/boot-environment.ts";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { run } from "../support/make-disks.ts";
import { testImage } from "../support/test-image.ts";

const source = fileURLToPath(new URL("../support/programs/time-modules.c", import.meta.url));

for (const [asked, configuration] of [
  ["that the hardware asks for", {}],
  ["of a list", { modules: { load: ["virtio_pci", "virtio_blk"], coldplug: false } }],
] as const) {
  bootTest(
    `tells how long the modules of a virtio root take ${asked}, beside the kernel alone`,
    async () => {
      const [root, program] = [scratchFile("root"), scratchFile("time-modules")];
      await makeScratchRoot({ file: root });
      run("gcc", ["-static", "-O2", "-o", program, source]);
      const files = [{ file: program, path: "/time-modules", mode: 0o755 }];
      const image = await testImage({ files, configuration });
      // Time is counted in instructions, and none is skipped: the figures do not depend on the machine.
      const machine = { image, disks: [{ file: root }], processors: 1, extra: countInstructions };

      const words = "idle=poll root=LABEL=earlyboot-root";
      const guest = await bootGuest({ ...machine, commandLine: words });
      const modules = (await guest.reachedInit()).report?.modules ?? [];
      const loaded = modules.filter(({ outcome }) => outcome === "loaded").map(fileOf);
      const bare = `idle=poll rdinit=/time-modules -- ${loaded.join(" ")}`;
      const planCannotKnow = "what another init than earlyboot's does";
      const alone = await (
        await bootGuest({ ...machine, commandLine: bare, planCannotKnow })
      ).ended();

      const [, kernel] = /finit_module of all: ([\d.]+) ms/.exec(alone) ?? [];
      console.log(`${loaded.length} modules ${asked}; milliseconds of the guest:`, {
        ...loadingTime(modules),
        "finit_module, nothing else running": Number(kernel),
      });
      expect(alone.match(/^finit_module 0 /gm)).toHaveLength(loaded.length);
    },
    { programs: ["gcc"] },
  );
}

const countInstructions = ["-icount", "shift=0,sleep=off"];

/** Where an image has a module. */
function fileOf({ name }: { readonly name: string }): string {
  const { modules = "", version = "" } = testKernel() ?? {};
  const pattern = `${name.replaceAll("_", "[-_]")}.ko`;
  const [path = ""] = run("find", [modules, "-name", pattern]).split("\n");
  return path.replace(modules, `/lib/modules/${version}`);
}
