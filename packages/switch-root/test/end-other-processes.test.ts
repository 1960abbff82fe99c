import { describe, expect, it } from "@jest/globals";
import { Signal } from "@earlyboot/linux-syscalls";
import { type EndingLinux, endOtherProcesses } from "@earlyboot/switch-root";

import { startMachine } from "./machine.ts";

/** A process of these tests. */
interface FakeProcess {
  readonly name: string;
  readonly argv0?: string;
  readonly kernelThread?: boolean;
  readonly zombie?: boolean;
  /** The signals that end it; default all. */
  readonly endsAt?: readonly number[];
  /** What takes its number when it ends. */
  readonly successor?: FakeProcess;
}

interface Scene {
  readonly linux: EndingLinux;
  readonly signals: readonly string[];
  readonly running: () => readonly number[];
}

/** A machine on which these processes run besides PID 1. */
function startScene(
  processes: Readonly<Record<number, FakeProcess>>,
  files: Readonly<Record<string, string>> = {},
): Scene {
  const machine = startMachine({ files });
  const running = new Map(
    Object.entries(processes).map(([pid, process]) => [Number(pid), process]),
  );
  const signals: string[] = [];
  let began = 0;
  const starts = new Map([...running.values()].map((process) => [process, ++began]));
  const linux: EndingLinux = {
    ...machine,
    readDirectory: (path) => [
      ...machine.readDirectory(path),
      ...[...running.keys()].map((pid) => ({ name: String(pid), kind: "directory" as const })),
    ],
    readText: (path) => {
      const [, pid, file] = /^\/proc\/(\d+)\/(\w+)$/.exec(path) ?? [];
      const process = running.get(Number(pid));
      if (process === undefined) return machine.readText(path);
      if (file === "cmdline") return `${process.argv0 ?? process.name}\0argument\0`;
      const { name, kernelThread = false, zombie = false } = process;
      const flags = kernelThread ? 0x208040 : 0x400000;
      const start = starts.get(process) ?? ++began;
      starts.set(process, start);
      return `${pid} (${name}) ${zombie ? "Z" : "S"} 1 1 1 0 -1 ${flags}${" 0".repeat(12)} ${start} 0\n`;
    },
    kill: (pid, signal) => {
      const process = running.get(pid);
      if (process === undefined) return machine.kill(pid, signal);
      signals.push(`${pid} ${signal}`);
      if (process.endsAt?.includes(signal) === false) return;
      running.delete(pid);
      if (process.successor !== undefined) running.set(pid, process.successor);
    },
  };
  return { linux, signals, running: () => [...running.keys()] };
}

it("ends what was started in the initramfs", async () => {
  const { linux, signals, running } = startScene({
    200: { name: "dhcp" },
    201: { name: "a b) (c" },
  });

  expect(await endOtherProcesses(linux)).toEqual({
    ended: [
      { pid: 200, name: "dhcp" },
      { pid: 201, name: "a b) (c" },
    ],
    killed: [],
    left: [],
    spared: [],
  });
  expect(signals).toEqual(["200 15", "201 15"]);
  expect(running()).toEqual([]);
});

it("kills what does not end when asked", async () => {
  const { linux, signals } = startScene({ 200: { name: "deaf", endsAt: [Signal.Kill] } });
  const result = await endOtherProcesses(linux, { grace: 100 });

  expect(result.killed).toEqual([{ pid: 200, name: "deaf" }]);
  expect(signals).toEqual(["200 15", "200 9"]);
});

it("goes on when one cannot be ended at all, in bounded time", async () => {
  const { linux } = startScene({ 200: { name: "stuck", endsAt: [] }, 201: { name: "dhcp" } });
  const before = linux.now();
  const result = await endOtherProcesses(linux, { grace: 100 });

  expect(result).toMatchObject({ left: [{ pid: 200, name: "stuck" }], ended: [{ pid: 201 }] });
  expect(linux.now() - before).toBeLessThan(400);
});

it("does not take a new process for the one that had its number", async () => {
  const successor = { name: "new", endsAt: [] };
  const { linux, signals } = startScene({ 200: { name: "old", successor } });
  const result = await endOtherProcesses(linux);

  expect(result.ended).toEqual([{ pid: 200, name: "old" }]);
  expect(signals).toEqual(["200 15"]);
});

describe("spares", () => {
  it("kernel threads and what has ended already", async () => {
    const { linux, signals } = startScene({
      2: { name: "kthreadd", kernelThread: true },
      200: { name: "gone", zombie: true },
    });

    expect(await endOtherProcesses(linux)).toEqual({ ended: [], killed: [], left: [], spared: [] });
    expect(signals).toEqual([]);
  });

  it("those whose argv[0] begins with @", async () => {
    const { linux, signals } = startScene({ 200: { name: "unionfs", argv0: "@unionfs" } });

    expect((await endOtherProcesses(linux)).spared).toEqual([{ pid: 200, name: "unionfs" }]);
    expect(signals).toEqual([]);
  });

  it("those that the file names", async () => {
    const { linux, signals } = startScene(
      { 200: { name: "a" }, 201: { name: "b" }, 202: { name: "c" } },
      { "/etc/spare": "200 201\n" },
    );

    await endOtherProcesses(linux, { doNotKill: "/etc/spare" });

    expect(signals).toEqual(["202 15"]);
  });
});

describe("ends nothing", () => {
  it("when it is not process 1", async () => {
    const { linux, signals } = startScene({ 200: { name: "somebody's" } });

    await expect(endOtherProcesses({ ...linux, getpid: () => 300 })).rejects.toThrow(
      "process 300 may not end all others; only process 1 does",
    );
    expect(signals).toEqual([]);
  });

  it("when it cannot read whom to spare", async () => {
    const { linux, signals } = startScene({ 200: { name: "unionfs" } }, { "/spare/file": "" });

    await expect(endOtherProcesses(linux, { doNotKill: "/spare" })).rejects.toThrow("EISDIR");
    expect(signals).toEqual([]);
  });
});
