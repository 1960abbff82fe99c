import { describe, expect, it } from "@jest/globals";
import type { Linux } from "@earlyboot/linux-syscalls";

import { linuxOf } from "../src/linux-of.ts";
import { fakeBackend } from "./fake-backend.ts";

/** Calls a method of the adapter with arguments of the wrong type, as JavaScript can. */
function callWith(linux: Linux, name: keyof Linux, args: readonly unknown[]): unknown {
  return Reflect.apply(linux[name], linux, args);
}

class LyingBytes extends Uint8Array {
  override get byteLength(): number {
    return 2 ** 31;
  }
}

const detached = new Uint8Array(4);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

describe("a wrong argument", () => {
  it.each([
    ["umount2", [], "umount2: target is missing, expected a string"],
    ["umount2", [5], "umount2: target is 5, expected a string"],
    ["umount2", ["a\0b"], 'umount2: target is "a\\u0000b", expected a string without NUL'],
    [
      "umount2",
      ["\ud800"],
      'umount2: target is "\\ud800", expected a string without lone surrogates',
    ],
    [
      "umount2",
      ["/", Number.NaN],
      "umount2: flags is NaN, expected an integer from 0 to 4294967295",
    ],
    ["umount2", ["/", 1.5], "umount2: flags is 1.5, expected an integer from 0 to 4294967295"],
    ["umount2", ["/", 1n], "umount2: flags is 1n, expected a number"],
    ["mount", [null], "mount: request is null, expected an object"],
    [
      "mount",
      [{ target: "/", flags: 2 ** 53 }],
      "mount: flags is 9007199254740992, expected an integer",
    ],
    ["mount", [{ target: "/", data: "x".repeat(4096) }], "expected at most 4095 bytes"],
    ["mknod", ["/x", 0o600, 5], "mknod: device is 5, expected a bigint"],
    ["mknod", ["/x", 0o600, -1n], "mknod: device is -1n, expected from 0 to 18446744073709551615"],
    ["writeFile", ["/x", Symbol("s")], "write: content is a symbol, expected a Uint8Array"],
    ["writeFile", ["/x", "", { how: "often" }], 'open: how is "often", expected one of "replace"'],
    [
      "read",
      [0, new Proxy(new Uint8Array(1), {})],
      "read: buffer is an object, expected a Uint8Array",
    ],
    ["read", [0, new Uint8Array(new SharedArrayBuffer(8))], "expected memory that is not shared"],
    ["read", [0, detached], "expected memory that is not detached"],
    ["setInterfaceAddress", ["lo", "10.0.0"], 'address is "10.0.0", expected four numbers'],
    ["setInterfaceAddress", ["x".repeat(16), "10.0.0.1"], "expected at most 15 bytes"],
    ["execve", ["/x", "argv", {}], 'execve: argv is "argv", expected an array'],
    ["execve", ["/x", ["a", 1], {}], "execve: argv[1] is 1, expected a string"],
    ["execve", ["/x", [], { "A=B": "c" }], 'a name that is empty or contains "="'],
    ["execve", ["/x", [], {}, { keep: [-1] }], "EBADF: bad file descriptor, execve"],
    ["execve", ["/x", [], {}, { closeLater: [-1] }], "EBADF: bad file descriptor, execve"],
    ["onSignal", [9, () => undefined], "EINVAL: invalid argument, sigaction"],
    ["onSignal", [1, "handler"], 'sigaction: handler is "handler", expected a function'],
    ["statfs", ["x".repeat(4096)], "ENAMETOOLONG: file name too long, statfs"],
    ["close", [-1], "EBADF: bad file descriptor, close"],
  ] as const)("of %s(%j) is refused before any call", (name, args, message) => {
    const backend = fakeBackend();
    const linux = linuxOf(backend);

    expect(() => callWith(linux, name, args)).toThrow(message);
    expect(backend.calls).toEqual([]);
  });

  it.each([
    ["sleep", [-1], "sleep: milliseconds is not a number from 0 on"],
    ["sleep", [0, {}], "sleep: signal is an object, expected an AbortSignal"],
    ["spawn", [{ path: "/x", environment: { A: 1 } }], "environment.A is 1, expected a string"],
    ["finitModule", [1, "a\0b"], "expected a string without NUL"],
    ["initModule", ["image", ""], 'init_module: image is "image", expected a Uint8Array'],
    ["openBlockDevice", [undefined], "open: path is missing, expected a string"],
  ] as const)("of %s(%j) rejects before any call", async (name, args, message) => {
    const backend = fakeBackend();
    const linux = linuxOf(backend);

    await expect(callWith(linux, name, args)).rejects.toThrow(message);
    expect(backend.calls).toEqual([]);
  });

  it("is told apart from its true memory, whatever a view says of itself", async () => {
    const backend = fakeBackend();

    await linuxOf(backend).initModule(new LyingBytes([1, 2, 3]), "");

    expect(backend.calls).toEqual([["init_module", new Uint8Array([1, 2, 3]), 3, ""]]);
  });
});

describe("a right argument", () => {
  it("is passed as the kernel takes it", () => {
    const backend = fakeBackend();
    const linux = linuxOf(backend);

    linux.mount({ source: "tmpfs", target: "/t", type: "tmpfs", flags: 6 });
    linux.umount2("/t");
    linux.mknod("/n", 0o20600, 0x103n);
    linux.reboot(0xcdef0123);
    linux.deleteModule("loop");

    expect(backend.calls).toEqual([
      ["mount", "tmpfs", "/t", "tmpfs", 6, null],
      ["umount2", "/t", 0],
      ["mknodat", -100, "/n", 0o20600, 0x103n],
      ["reboot", 0xcdef0123 | 0],
      ["delete_module", "loop", 0o4000],
    ]);
  });

  it("comes back in the error, with what the kernel answered", () => {
    const linux = linuxOf(fakeBackend({ mount: () => ({ errno: 15 }) }));

    expect(() => linux.mount({ source: "/file", target: "/mnt" })).toThrow(
      expect.objectContaining({
        code: "ENOTBLK",
        errno: -15,
        syscall: "mount",
        path: "/mnt",
        message: "ENOTBLK: block device required, mount '/mnt'",
      }),
    );
  });
});
