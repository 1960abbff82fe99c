import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { readModuleIndex } from "@earlyboot/kernel-modules";
import { chooseModules } from "../src/build/choose-modules.ts";
import { hostFiles } from "../src/build/host-files.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
  const files = {
    "modules.dep": "kernel/a/virtio_blk.ko:\nkernel/fs/xfs/xfs.ko:\nkernel/drivers/net/e1000.ko:\n",
    "modules.alias": "alias fs-xfs xfs\nalias pci:v00008086d* e1000\n",
    "modules.builtin": "kernel/fs/ext4/ext4.ko\n",
  };
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
});
afterEach(() => rmSync(directory, { recursive: true }));

const nothing = { loaded: [], aliases: [] };
const index = () => readModuleIndex(hostFiles, directory, { configuration: [] });

it("takes what is loaded and what the hardware asks for", () => {
  const machine = { loaded: ["virtio_blk", "gone"], aliases: ["pci:v00008086d0000100E"] };

  expect(chooseModules(index(), "auto", ["xfs"], () => machine)).toEqual([
    "virtio_blk",
    "e1000",
    "xfs",
  ]);
});

it("leaves out what is part of the kernel", () => {
  expect(chooseModules(index(), ["virtio-blk"], ["ext4"], () => nothing)).toEqual(["virtio_blk"]);
});

it("names the nearest module for one that is not there", () => {
  expect(() => chooseModules(index(), ["virtio_blkk"], [], () => nothing)).toThrow(
    "did you mean virtio_blk?",
  );
});
