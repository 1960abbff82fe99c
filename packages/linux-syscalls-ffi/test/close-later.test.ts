import { closeSync, openSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";

import { closeLater } from "../src/close-later.ts";
import { kernelOf } from "../src/kernel.ts";
import { fakeBackend } from "./fake-backend.ts";

const [EPERM, EBADF, EINVAL, ENOSYS] = [1, 9, 22, 38];

describe("closeLater", () => {
  it("registers the descriptors with a ring, and closes it when that is undone", () => {
    const ring = openSync("/dev/null", "r");
    const backend = fakeBackend({ io_uring_setup: () => BigInt(ring) });

    const undo = closeLater(kernelOf(backend), [7, 8]);

    const registered = backend.calls.find(([name]) => name === "io_uring_register");
    const files = new Uint8Array(Int32Array.of(7, 8).buffer);
    expect(registered).toEqual(["io_uring_register", ring, 2, files, 2]);
    undo?.();
    expect(() => closeSync(ring)).toThrow("EBADF");
  });

  it.each([ENOSYS, EPERM])("is content where there are no rings: error %i", (errno) => {
    const backend = fakeBackend({ io_uring_setup: () => ({ errno }) });

    expect(closeLater(kernelOf(backend), [7])).toBeUndefined();
  });

  it("leaves no ring open that did not take the descriptors", () => {
    const ring = openSync("/dev/null", "r");
    const backend = fakeBackend({
      io_uring_setup: () => BigInt(ring),
      io_uring_register: () => ({ errno: EINVAL }),
    });

    expect(closeLater(kernelOf(backend), [7])).toBeUndefined();
    expect(() => closeSync(ring)).toThrow("EBADF");
  });

  it("refuses what is not open", () => {
    const backend = fakeBackend({ fcntl: () => ({ errno: EBADF }) });

    expect(() => closeLater(kernelOf(backend), [7])).toThrow(
      expect.objectContaining({ code: "EBADF", syscall: "execve" }),
    );
  });

  it("makes no ring for nothing", () => {
    const backend = fakeBackend();

    expect(closeLater(kernelOf(backend), [])).toBeUndefined();
    expect(backend.calls).toEqual([]);
  });
});
