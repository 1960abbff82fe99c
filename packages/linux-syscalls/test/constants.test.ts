import { constants } from "node:os";
import { expect, it } from "@jest/globals";
import {
  AccessMode,
  FileKind,
  InterfaceFlag,
  ModuleFlag,
  MountFlag,
  RebootCommand,
  Signal,
  StatfsFlag,
  UmountFlag,
} from "@earlyboot/linux-syscalls";

it.each([
  ["MountFlag", MountFlag],
  ["UmountFlag", UmountFlag],
  ["StatfsFlag", StatfsFlag],
  ["ModuleFlag", ModuleFlag],
  ["InterfaceFlag", InterfaceFlag],
])("%s has one bit for each flag, and each bit once", (_, flags) => {
  const values = Object.values<number>(flags);

  for (const value of values) expect(value & (value - 1)).toBe(0);
  expect(new Set(values).size).toBe(values.length);
});

it.each([
  ["Hangup", "SIGHUP"],
  ["Interrupt", "SIGINT"],
  ["Quit", "SIGQUIT"],
  ["Kill", "SIGKILL"],
  ["User1", "SIGUSR1"],
  ["User2", "SIGUSR2"],
  ["Pipe", "SIGPIPE"],
  ["Terminate", "SIGTERM"],
  ["Child", "SIGCHLD"],
  ["Continue", "SIGCONT"],
  ["Stop", "SIGSTOP"],
] as const)("Signal.%s is %s", (name, signal) => {
  expect(Signal[name]).toBe(constants.signals[signal]);
});

it("keeps the kinds of file within their mask", () => {
  const { Mask, ...kinds } = FileKind;

  for (const kind of Object.values(kinds)) expect(kind & ~Mask).toBe(0);
  expect(new Set(Object.values(kinds)).size).toBe(7);
});

it("has the numbers of the headers", () => {
  expect([MountFlag.Bind, MountFlag.Move, MountFlag.Recursive]).toEqual([4096, 8192, 16384]);
  expect(RebootCommand.PowerOff).toBe(0x4321fedc);
  expect(AccessMode).toEqual({ Exists: 0, Execute: 1, Write: 2, Read: 4 });
});
