import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ImageOptions, type ImagePlan, planImage } from "@earlyboot/initrd-image";

/** A program of this machine, and its SHA-256, which stand in for Node and its addon: small, with libraries. */
const standIn = "/bin/sh";

/** Options for an image of about 4 MB, whose boot program is in `directory`. */
export function smallOptions(directory: string): ImageOptions {
  const bundle = join(directory, "init.cjs");
  writeFileSync(bundle, "console.log('booted');\n");
  const addonSha256 = createHash("sha256").update(readFileSync(standIn)).digest("hex");
  return {
    bundle,
    configuration: { version: 1 },
    runtime: { node: standIn, addon: standIn, addonSha256, intl: "full" },
  };
}

/** The plan of {@link smallOptions}, with more. */
export function smallPlan(directory: string, more: Partial<ImageOptions> = {}): ImagePlan {
  return planImage({ ...smallOptions(directory), ...more });
}

/** An ELF file with a section `.modinfo`, as every module has one. */
export function moduleFile(information = ""): Uint8Array {
  const names = "\0.modinfo\0.shstrtab\0";
  const sections = [
    { name: 0, offset: 0, size: 0 },
    { name: 1, offset: 64, size: information.length },
    { name: 10, offset: 64 + information.length, size: names.length },
  ];
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeBigUInt64LE(BigInt(64 + information.length + names.length), 0x28);
  header.writeUInt16LE(64, 0x3a);
  header.writeUInt16LE(sections.length, 0x3c);
  header.writeUInt16LE(2, 0x3e);
  const table = sections.map(({ name, offset, size }) => {
    const section = Buffer.alloc(64);
    section.writeUInt32LE(name, 0);
    section.writeBigUInt64LE(BigInt(offset), 0x18);
    section.writeBigUInt64LE(BigInt(size), 0x20);
    return section;
  });
  return Buffer.concat([header, Buffer.from(information + names), ...table]);
}
