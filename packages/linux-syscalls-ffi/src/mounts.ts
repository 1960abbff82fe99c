import type { FileSystemStatus, MountRequest, Mounts } from "@earlyboot/linux-syscalls";

import { fields, path, text, unsigned } from "./arguments.ts";
import type { Kernel } from "./kernel.ts";
import { statfs } from "./layouts.ts";
import { makeStructure, readStructure } from "./structure.ts";

/** mount(2) and its kin. */
export function mountCalls(kernel: Kernel): Mounts {
  return {
    mount(request) {
      const { source, target, type, flags, data } = checkMount(request);
      kernel.call("mount", [source, target, type, flags, data], { path: target });
    },
    umount2(target, flags = 0) {
      const where = path("umount2", "target", target);
      kernel.call("umount2", [where, unsigned("umount2", "flags", flags) | 0], { path: where });
    },
    pivotRoot(newRoot, putOld) {
      const root = path("pivot_root", "newRoot", newRoot);
      const old = path("pivot_root", "putOld", putOld);
      kernel.call("pivot_root", [root, old], { path: root, dest: old });
    },
    chroot(root) {
      const where = path("chroot", "path", root);
      kernel.call("chroot", [where], { path: where });
    },
    statfs(file) {
      const where = path("statfs", "path", file);
      const answer = makeStructure(statfs);
      kernel.call("statfs", [where, answer], { path: where });
      return readStatus(answer);
    },
  };
}

/** The arguments of mount(2). Options longer than a page would be cut off without a word. */
function checkMount(request: MountRequest): Required<MountRequest> {
  const { source, target, type, flags, data } = fields("mount", "request", request);
  return {
    source: optional("source", source),
    target: path("mount", "target", target),
    type: optional("type", type),
    flags: unsigned("mount", "flags", flags ?? 0),
    data: data === undefined || data === null ? null : text("mount", "data", data, 4095),
  };
}

function optional(name: string, value: unknown): string | null {
  return value === undefined || value === null ? null : text("mount", name, value, 4095);
}

function readStatus(answer: Uint8Array): FileSystemStatus {
  const field = readStructure(statfs, answer);
  return {
    type: Number(BigInt.asUintN(32, field.type)),
    blockSize: Number(field.blockSize),
    blocks: field.blocks,
    blocksFree: field.blocksFree,
    blocksAvailable: field.blocksAvailable,
    files: field.files,
    filesFree: field.filesFree,
    flags: Number(field.flags),
  };
}
