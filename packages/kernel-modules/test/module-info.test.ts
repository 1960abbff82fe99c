import { expect, it } from "@jest/globals";
import * as fc from "fast-check";

import { isSigned, moduleInfo } from "@earlyboot/kernel-modules";
import { moduleImage } from "@earlyboot/linux-syscalls/testing";

it("reads what a module says about itself", () => {
  const image = moduleImage({
    name: "virtio_blk",
    vermagic: "6.1.0 SMP ",
    depends: "virtio,virtio_ring",
    alias: ["virtio:d00000002v*", "other"],
    firmware: ["a.bin", "dir/b=c.bin"],
  });

  expect(moduleInfo(image)).toEqual({
    entries: [
      ["name", "virtio_blk"],
      ["vermagic", "6.1.0 SMP "],
      ["depends", "virtio,virtio_ring"],
      ["alias", "virtio:d00000002v*"],
      ["alias", "other"],
      ["firmware", "a.bin"],
      ["firmware", "dir/b=c.bin"],
    ],
    name: "virtio_blk",
    vermagic: "6.1.0 SMP ",
    depends: ["virtio", "virtio_ring"],
    aliases: ["virtio:d00000002v*", "other"],
    firmware: ["a.bin", "dir/b=c.bin"],
    signed: false,
  });
});

it("knows a signed module by its end", () => {
  const end = new TextEncoder().encode("...~Module signature appended~\n");

  expect(isSigned(end)).toBe(true);
  expect(isSigned(end.subarray(0, -1))).toBe(false);
});

it("reads modules of 32 bits and of the other byte order", () => {
  const entry = "name=old\0";
  const names = "\0.modinfo\0";
  const bytes = new Uint8Array(52 + 20 + 2 * 40);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 2, 1]);
  view.setUint32(0x20, 72);
  view.setUint16(0x2e, 40);
  view.setUint16(0x30, 2);
  view.setUint16(0x32, 0);
  bytes.set(new TextEncoder().encode(names + entry), 52);
  for (const [at, name, offset, size] of [
    [72, 0, 52, names.length],
    [112, 1, 52 + names.length, entry.length],
  ] as const) {
    view.setUint32(at, name);
    view.setUint32(at + 0x10, offset);
    view.setUint32(at + 0x14, size);
  }

  expect(moduleInfo(bytes).name).toBe("old");
});

it.each([
  ["nothing", new Uint8Array(), "not an ELF file"],
  ["a script", new TextEncoder().encode("#!/bin/sh\n".repeat(10)), "not an ELF file"],
])("refuses %s", (_, bytes, message) => {
  expect(() => moduleInfo(bytes)).toThrow(new RangeError(message));
});

it("throws a RangeError, and nothing else, about a damaged file", () => {
  const image = moduleImage({ name: "a" });

  fc.assert(
    fc.property(fc.nat(image.length - 1), fc.nat(255), fc.nat(image.length), (at, byte, length) => {
      const damaged = image.slice();
      damaged[at] = byte;
      expect(["read", "RangeError"]).toContain(outcome(damaged.subarray(0, length)));
    }),
    { numRuns: 2000 },
  );
});

function outcome(bytes: Uint8Array): string {
  try {
    moduleInfo(bytes);
    return "read";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
