import { readFile } from "node:fs/promises";
import { cacheDirectory } from "../cache-directory.ts";
import { CommandError } from "../command-error.ts";

/** The path of a busybox that needs no library. @throws CommandError when there is none. */
export async function findStaticBusybox(): Promise<string> {
  const candidates = [
    `${cacheDirectory()}/busybox/bin/busybox`,
    "/bin/busybox",
    "/usr/bin/busybox",
  ];
  for (const path of candidates) {
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes && isStatic(bytes)) return path;
  }
  throw new CommandError(
    `No static busybox is here to be the scratch root's init: looked at ${candidates.join(", ")}. ` +
      "Install the package busybox-static, or boot a root of your own by --root.",
  );
}

/** Whether a 64-bit little-endian ELF file asks for no interpreter (elf(5), PT_INTERP). */
function isStatic(elf: Buffer): boolean {
  const start = Number(elf.readBigUInt64LE(32));
  const size = elf.readUInt16LE(54);
  const count = elf.readUInt16LE(56);
  const types = Array.from({ length: count }, (_, index) => elf.readUInt32LE(start + index * size));
  return !types.includes(interpreterSegment);
}

const interpreterSegment = 3;
