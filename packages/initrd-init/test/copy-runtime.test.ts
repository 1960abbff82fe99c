import { expect, it } from "@jest/globals";
import { plainMachine, rootFiles, simulateBoot } from "./support/simulated-boot.ts";

const machine = {
  ...plainMachine,
  commandLine: "root=LABEL=root earlyboot.load=/boot.mjs",
  devices: [
    {
      name: "vda",
      fileSystem: { type: "ext4", label: "root", files: { ...rootFiles, "/boot.mjs": "" } },
    },
  ],
  files: {
    ...plainMachine.files,
    "/lib/earlyboot/ffi-rs.node": "addon",
    "/lib/earlyboot/runtime/node_modules/@earlyboot/cmdline/package.json": "{}",
    "/lib/earlyboot/runtime/node_modules/@earlyboot/cmdline/dist/index.js": "export {};",
  },
};

it("puts the packages where a boot program of the new root finds them", async () => {
  let found: string | undefined;

  await simulateBoot(
    machine,
    { version: 1, runtimeInNewRoot: true },
    {
      program: (_, linux) => {
        found = linux.readText(
          "/run/earlyboot/runtime/node_modules/@earlyboot/cmdline/dist/index.js",
        );
      },
    },
  );

  expect(found).toBe("export {};");
});
