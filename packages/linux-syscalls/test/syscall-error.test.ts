import { constants } from "node:os";
import { describe, expect, it } from "@jest/globals";
import {
  SyscallError,
  errorCode,
  errorName,
  errorNumber,
  errorTable,
  errorText,
} from "@earlyboot/linux-syscalls";

describe("errorTable", () => {
  it("has the 131 errors of Linux, each once", () => {
    expect(errorTable).toHaveLength(131);
    expect(new Set(errorTable.map(([name]) => name)).size).toBe(131);
    expect(new Set(errorTable.map(([, number]) => number)).size).toBe(131);
  });

  it("numbers those that Node knows as Node does", () => {
    const aliases = ["EWOULDBLOCK", "EDEADLOCK", "ENOTSUP"];
    const known = Object.entries(constants.errno).filter(([name]) => !aliases.includes(name));

    for (const [name, number] of known) expect([name, errorNumber(name)]).toEqual([name, number]);
    expect(known.length).toBeGreaterThan(60);
  });

  it("leads from names to numbers and back", () => {
    for (const [name, number, text] of errorTable) {
      expect([errorName(number), errorName(-number)]).toEqual([name, name]);
      expect([errorNumber(name), errorText(name)]).toEqual([number, text]);
    }
  });

  it("has an answer to what is not there", () => {
    expect([errorName(999), errorNumber("ENOSUCH"), errorText("ENOSUCH")]).toEqual([
      "E999",
      0,
      "unknown error",
    ]);
  });
});

describe("SyscallError", () => {
  it("has Node's fields and wording", () => {
    const error = new SyscallError({ error: "EBUSY", syscall: "umount2", path: "/mnt" });

    expect(error.message).toBe("EBUSY: device or resource busy, umount2 '/mnt'");
    expect(error).toMatchObject({
      name: "SyscallError",
      code: "EBUSY",
      errno: -16,
      syscall: "umount2",
      path: "/mnt",
    });
    expect(error).not.toHaveProperty("dest");
  });

  it("names both objects of a call that has two", () => {
    const error = new SyscallError({ error: 18, syscall: "rename", path: "a", dest: "b" });

    expect(error.message).toBe("EXDEV: invalid cross-device link, rename 'a' -> 'b'");
    expect(error).toMatchObject({ code: "EXDEV", errno: -18, dest: "b" });
  });

  it("needs no object", () => {
    const error = new SyscallError({ error: "EPERM", syscall: "setsid" });

    expect(error.message).toBe("EPERM: operation not permitted, setsid");
    expect(error).not.toHaveProperty("path");
  });

  it("carries a number that nobody knows", () => {
    expect(new SyscallError({ error: 600, syscall: "x" })).toMatchObject({
      code: "E600",
      errno: -600,
      message: "E600: unknown error, x",
    });
  });
});

describe("errorCode", () => {
  it.each([
    [new SyscallError({ error: "EIO", syscall: "read" }), "EIO"],
    [Object.assign(new Error("x"), { code: "ENOENT" }), "ENOENT"],
    [new Error("x"), undefined],
    [{ code: 5 }, undefined],
    [undefined, undefined],
    [null, undefined],
    ["EIO", undefined],
  ])("of %p is %p", (thrown, code) => {
    expect(errorCode(thrown)).toBe(code);
  });
});
