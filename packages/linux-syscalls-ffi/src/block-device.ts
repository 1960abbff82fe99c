import { type BlockDevice, FileKind, SyscallError } from "@earlyboot/linux-syscalls";
import { closeSync, constants, fstatSync, open, read } from "node:fs";

import { big, integer, largestOffset, path } from "./arguments.ts";
import { C } from "./c-constants.ts";
import type { Kernel } from "./kernel.ts";
import { nodeCall, syscallErrorOf } from "./node-call.ts";

/** Opens a block device, or a regular file, for reading on threads of the pool. */
export async function openBlockDevice(kernel: Kernel, device: string): Promise<BlockDevice> {
  const where = path("open", "path", device);
  const descriptor = await inPool<number>("open", where, (done) => {
    open(where, constants.O_RDONLY | constants.O_NOCTTY, done);
  });
  try {
    return readerOf(descriptor, where, geometry(kernel, descriptor, where));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

interface Geometry {
  readonly size: bigint;
  readonly sectorSize: number;
}

function geometry(kernel: Kernel, descriptor: number, where: string): Geometry {
  const { mode, size } = nodeCall("fstat", { path: where }, () =>
    fstatSync(descriptor, { bigint: true }),
  );
  const kind = Number(mode) & FileKind.Mask;
  if (kind === FileKind.Regular) return { size, sectorSize: 512 };
  if (kind !== FileKind.Block) {
    throw new SyscallError({ error: "ENOTBLK", syscall: "open", path: where });
  }
  const answer = new DataView(new ArrayBuffer(8));
  const memory = new Uint8Array(answer.buffer);
  kernel.call("ioctl", [descriptor, C.BLKSSZGET, memory], { path: where });
  const sectorSize = answer.getUint32(0, true);
  kernel.call("ioctl", [descriptor, C.BLKGETSIZE64, memory], { path: where });
  return { size: answer.getBigUint64(0, true), sectorSize };
}

function readerOf(descriptor: number, where: string, { size, sectorSize }: Geometry): BlockDevice {
  let reads = 0;
  let closed = false;

  /** Closes once no read is under way: the number could be another file's by then. */
  function closeWhenIdle(): void {
    if (closed && reads === 0) closeSync(descriptor);
  }

  return {
    size,
    sectorSize,
    async read(offset, length) {
      const from = big("pread", "offset", offset, largestOffset);
      const wanted = integer("pread", "length", length, 0, Number.MAX_SAFE_INTEGER);
      if (closed) throw new SyscallError({ error: "EBADF", syscall: "pread", path: where });
      const left = size > from ? size - from : 0n;
      const buffer = new Uint8Array(BigInt(wanted) < left ? wanted : Number(left));
      reads++;
      try {
        return await fill(descriptor, buffer, from, where);
      } finally {
        reads--;
        closeWhenIdle();
      }
    },
    close() {
      if (closed) return;
      closed = true;
      closeWhenIdle();
    },
  };
}

/** How much is read at once: the kernel takes no more than 2 GiB. */
const mostAtOnce = 2 ** 26;

/** Reads until `buffer` is full or the device ends; gives what was filled. */
async function fill(
  descriptor: number,
  buffer: Uint8Array<ArrayBuffer>,
  from: bigint,
  where: string,
): Promise<Uint8Array> {
  let filled = 0;
  while (filled < buffer.length) {
    const room = Math.min(buffer.length - filled, mostAtOnce);
    const at = from + BigInt(filled);
    const start = filled;
    const count = await inPool<number>("pread", where, (done) => {
      read(descriptor, buffer, start, room, at, done);
    });
    if (count === 0) return buffer.subarray(0, filled);
    filled += count;
  }
  return buffer;
}

/** A function of Node's that answers by a callback, as a promise that rejects with a SyscallError. */
async function inPool<Value>(
  syscall: string,
  where: string,
  start: (done: (error: Error | null, value: Value) => void) => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error === null) resolve(value);
      else reject(syscallErrorOf(error, syscall, { path: where }));
    });
  });
}
