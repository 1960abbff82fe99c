import { open } from "node:fs/promises";
import { basename } from "node:path";
import { CommandError, errorText } from "../command-error.ts";
import type { GuestArchitecture } from "../qemu/qemu-arguments.ts";

/** What a kernel's file tells about it. */
export interface KernelFile {
  readonly path: string;
  /** As `uname -r` prints it. */
  readonly version: string;
  readonly architecture: GuestArchitecture;
}

/**
 * Reads the header of a kernel that a boot loader could boot.
 *
 * The forms are those of the kernel's `Documentation/arch/x86/boot.rst` and
 * `Documentation/arch/arm64/booting.rst`.
 *
 * @throws CommandError when there is no file, or it is no kernel.
 */
export async function readKernelFile(path: string): Promise<KernelFile> {
  const bytes = await readBeginning(path);
  if (bytes.toString("latin1", 0x202, 0x206) === "HdrS") {
    const start = bytes.readUInt16LE(0x20e) + 0x200;
    const version = bytes.toString("latin1", start, start + 256).split(/[ \0]/)[0] ?? "";
    return { path, version, architecture: "x64" };
  }
  const isArm = bytes.toString("latin1", 0x38, 0x3c) === "ARM\x64";
  // Debian's arm64 kernels are bare, Ubuntu's compressed; neither tells its version in a header.
  const isGzip = bytes.readUInt16BE(0) === 0x1f8b;
  if (isArm || isGzip) return { path, version: versionOfName(path), architecture: "arm64" };
  throw new CommandError(
    `${path} is not a Linux kernel: it has neither the header of an x86 bzImage nor that of an arm64 Image. ` +
      "On Debian and Ubuntu kernels are called /boot/vmlinuz-VERSION.",
  );
}

async function readBeginning(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(0x10200), 0, 0x10200, 0);
      if (bytesRead >= 0x300) return buffer;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new CommandError(
      `The kernel ${path} cannot be read: ${errorText(error)}. Name the one to boot by --kernel FILE, ` +
        "and, where it is not installed, its modules by --modules DIR.",
      { cause: error },
    );
  }
  throw new CommandError(`${path} is not a Linux kernel: it is only a few bytes long.`);
}

function versionOfName(path: string): string {
  const version = /^(?:vmlinu[xz]|Image)-(.+)$/.exec(basename(path))?.[1];
  if (version !== undefined) return version;
  throw new CommandError(
    `The version of the kernel ${path} is not known: it stands neither in its header nor in its name. ` +
      "Call the file vmlinuz-VERSION.",
  );
}
