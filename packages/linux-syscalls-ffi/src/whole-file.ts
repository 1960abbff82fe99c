import { SyscallError } from "@earlyboot/linux-syscalls";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";

import { nodeCall } from "./node-call.ts";

/** The most that is read of one file: `/dev/zero` must not fill the memory. */
const mostBytes = 2 ** 30;

/** Opens `path`, hands the descriptor to `use`, and closes it whatever happens. */
export function withOpenFile<Value>(
  path: string,
  flags: number,
  mode: number,
  use: (descriptor: number) => Value,
): Value {
  const { O_NOCTTY } = constants;
  const descriptor = nodeCall("open", { path }, () => openSync(path, flags | O_NOCTTY, mode));
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Where all files are read to: a buffer for each would keep the garbage collector busy. */
const desk = Buffer.allocUnsafeSlow(65536);

/** Everything from where `descriptor` stands to the end; its length need not be known before. */
export function readToEnd(descriptor: number, path: string): Buffer {
  const chunks: Uint8Array[] = [];
  for (let total = 0; total <= mostBytes;) {
    const count = nodeCall("read", { path }, () => readSync(descriptor, desk));
    if (count === 0) return Buffer.concat(chunks, total);
    chunks.push(Buffer.from(desk.subarray(0, count)));
    total += count;
  }
  throw new SyscallError({ error: "EFBIG", syscall: "read", path });
}

/** Writes all of `content`, in one write(2) where the kernel takes it in one. */
export function writeAll(descriptor: number, content: Uint8Array, path: string): void {
  for (let rest = content; rest.length > 0;) {
    const left = rest;
    const count = nodeCall("write", { path }, () => writeSync(descriptor, left));
    rest = rest.subarray(count);
  }
}
