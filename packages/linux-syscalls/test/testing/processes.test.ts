import { describe, expect, it } from "@jest/globals";
import { type ExitStatus, RebootCommand, Signal, errorCode } from "@earlyboot/linux-syscalls";
import {
  type Program,
  type SimulatedLinux,
  simulateLinux,
} from "@earlyboot/linux-syscalls/testing";

const tool = "/bin/tool";

async function run(program: Program, streams?: "null" | "inherit") {
  const linux = simulateLinux({ now: 0, programs: { [tool]: program } });
  const seen: string[] = [];
  const text = (chunk: Uint8Array): string => new TextDecoder().decode(chunk);
  const child = await linux.spawn({
    path: tool,
    arguments: ["-p", "two words"],
    ...(streams === undefined
      ? {
          onOutput: (chunk: Uint8Array, stream: string) =>
            void seen.push(`${stream}: ${text(chunk)}`),
          onProgress: (chunk: Uint8Array) => void seen.push(`progress: ${text(chunk)}`),
        }
      : { streams }),
  });
  return { linux, seen, ended: await child.exited, child };
}

describe("a program", () => {
  it("ends as its description says, after its time, with its output", async () => {
    const { linux, seen, ended } = await run({
      status: 4,
      output: "out",
      errorOutput: "err",
      progress: "1 2 3",
      takes: 5000,
    });

    expect(ended).toEqual({ kind: "exited", status: 4 });
    expect(seen).toEqual(["stdout: out", "stderr: err", "progress: 1 2 3"]);
    expect(linux.now()).toBe(5000);
    expect(linux.calls).toEqual([`spawn ${tool} -p "two words"`]);
  });

  it.each([
    ["nothing", () => undefined, { kind: "exited", status: 0 }],
    ["a status", () => 3, { kind: "exited", status: 3 }],
    ["a large status", async () => 258, { kind: "exited", status: 2 }],
    ["a signal", () => ({ kind: "signalled", signal: 11 }), { kind: "signalled", signal: 11 }],
    [
      "an exception",
      () => {
        throw new Error("bug");
      },
      { kind: "signalled", signal: 6 },
    ],
  ] satisfies readonly (readonly [string, Program, ExitStatus])[])(
    "that gives %s",
    async (_, program, ended) => {
      expect((await run(program)).ended).toEqual(ended);
    },
  );

  it("knows how it was started, and lets time pass", async () => {
    const { linux, seen } = await run(async ({ argv, environment, sleep, writeOutput, pid }) => {
      await sleep(100);
      writeOutput(`${pid} ${argv.join("|")} ${JSON.stringify(environment)}`);
    });

    expect(seen).toEqual([`stdout: 101 ${tool}|-p|two words {}`]);
    expect(linux.now()).toBe(100);
  });

  it("writes to the console, or to nowhere", async () => {
    expect((await run({ output: "shown" }, "inherit")).linux.consoleOutput).toBe("shown");
    expect((await run({ output: "hidden" }, "null")).linux.consoleOutput).toBe("");
  });

  it.each([
    ["by its handle", (_: SimulatedLinux, kill: (signal: number) => void) => kill(9)],
    ["by its number", (linux: SimulatedLinux) => linux.kill(101, 9)],
    ["with all others", (linux: SimulatedLinux) => linux.kill(-1, 9)],
  ])("that never ends can be killed %s", async (_, kill) => {
    const linux = simulateLinux({ programs: { [tool]: { takes: Infinity } } });
    const child = await linux.spawn({ path: tool });

    linux.kill(child.pid, 0);
    linux.kill(child.pid, Signal.Continue);
    kill(linux, (signal) => child.kill(signal));

    expect(await child.exited).toEqual({ kind: "signalled", signal: 9 });
    await linux.sleep(1);
    expect(() => linux.kill(child.pid, 0)).toThrow(expect.objectContaining({ code: "ESRCH" }));
    expect(() => linux.kill(-1, 9)).toThrow(expect.objectContaining({ code: "ESRCH" }));
    child.kill(9);
  });

  it("that sleeps wakes when it is killed", async () => {
    const linux = simulateLinux({ programs: { [tool]: { takes: 10_000 } } });
    const child = await linux.spawn({ path: tool });

    child.kill(Signal.Terminate);

    expect(await child.exited).toEqual({ kind: "signalled", signal: 15 });
  });

  it("needs a directory to work in", async () => {
    const linux = simulateLinux({ programs: { [tool]: {} } });

    await expect(linux.spawn({ path: tool, workingDirectory: "/no" })).rejects.toMatchObject({
      code: "ENOENT",
    });
    await expect(linux.spawn({ path: tool, workingDirectory: "/tmp" })).resolves.toBeDefined();
  });
});

describe("the end", () => {
  it("by execve hands over what the next program gets", async () => {
    const linux = simulateLinux({ programs: { "/sbin/init": {} }, files: { "/x": "" } });
    const kept = linux.open("/x");
    const closeLater = [linux.open("/proc/uptime")];
    linux.chdir("/tmp");
    const options = { keep: [kept], closeLater, openFiles: { soft: 1024, hard: 4096 } };

    expect(() => linux.execve("/sbin/init", ["init", "-s"], { HOME: "/" }, options)).toThrow(
      "the boot program has become /sbin/init",
    );

    expect(await linux.ended).toEqual({
      kind: "execve",
      path: "/sbin/init",
      argv: ["init", "-s"],
      environment: { HOME: "/" },
      descriptors: { 0: "/dev/console", 1: "/dev/console", 2: "/dev/console", [kept]: "/x" },
      closedLater: ["/proc/uptime"],
      openFiles: { soft: 1024, hard: 4096 },
      workingDirectory: "/tmp",
    });
    expect(linux.calls.at(-1)).toBe("execve /sbin/init init -s");
  });

  it("makes every later call throw, and nothing happen", async () => {
    const linux = simulateLinux();
    const planned: string[] = [];
    linux.at(5000, () => planned.push("happened"));

    expect(() => linux.reboot(RebootCommand.PowerOff)).toThrow("reboot 0x4321fedc");
    expect(() => linux.mkdir("/x")).toThrow(expect.objectContaining({ code: "SIMULATION_ENDED" }));
    await expect(linux.sleep(6000)).rejects.toMatchObject({ code: "SIMULATION_ENDED" });

    expect(await linux.ended).toEqual({ kind: "reboot", command: RebootCommand.PowerOff });
    expect([linux.now(), linux.inspect.readDirectory("/tmp")]).toEqual([1000, []]);
    expect(() => linux.inspect.stat("/x")).toThrow(expect.objectContaining({ code: "ENOENT" }));
    expect([planned, linux.calls]).toEqual([[], ["reboot 0x4321fedc"]]);
  });

  it("does not come by a program that cannot run", () => {
    const linux = simulateLinux({ files: { "/sbin/init": "text" } });

    expect(() => linux.execve("/sbin/init", [], {})).toThrow(
      expect.objectContaining({ code: "EACCES" }),
    );
    linux.mkdir("/goes-on");
  });

  it("takes negative commands, as C has them", () => {
    const linux = simulateLinux();

    expect(() => linux.reboot(RebootCommand.Halt | 0)).toThrow("0xcdef0123");
  });
});

describe("signals", () => {
  it("reach their handlers until these are taken away", () => {
    const linux = simulateLinux();
    const seen: string[] = [];
    const stop = linux.onSignal(Signal.Interrupt, () => seen.push("first"));
    linux.onSignal(Signal.Interrupt, () => seen.push("second"));

    linux.signal(Signal.Interrupt);
    stop();
    linux.kill(1, Signal.Interrupt);
    linux.signal(Signal.Terminate);

    expect(seen).toEqual(["first", "second", "second"]);
  });

  it.each([0, 9, 19, 65])("number %i cannot be handled", (signal) => {
    const linux = simulateLinux();

    expect(() => linux.onSignal(signal, () => undefined)).toThrow(
      expect.objectContaining({ code: "EINVAL" }),
    );
  });

  it.each([-1, 65])("number %i cannot be sent", (signal) => {
    expect(() => simulateLinux().kill(1, signal)).toThrow(
      expect.objectContaining({ code: "EINVAL" }),
    );
  });

  it("of orphans reach whoever reaps", () => {
    const linux = simulateLinux();
    const reaped: unknown[] = [];
    const stop = linux.reapOrphans((pid, status) => reaped.push([pid, status]));
    linux.reapOrphans();

    linux.endOrphan(77, { kind: "exited", status: 1 });
    stop();
    linux.endOrphan(78, { kind: "exited", status: 1 });

    expect(reaped).toEqual([[77, { kind: "exited", status: 1 }]]);
  });
});

describe("the console", () => {
  it("is a terminal, with modes and a size", () => {
    const linux = simulateLinux({ console: { columns: 132, rows: 43 } });

    linux.setTerminalMode(0, { echo: false });

    expect(linux.terminalMode(0)).toEqual({ echo: false, lines: true, signals: true });
    expect(linux.terminalSize(1)).toEqual({ columns: 132, rows: 43 });
    expect(linux.pendingOutput(1)).toBe(0);
    expect(linux.calls).toEqual(["ioctl TCSETS </dev/console> -echo"]);
  });

  it("gives what is typed, when it is typed", async () => {
    const linux = simulateLinux({ now: 0, console: { input: [{ at: 50, text: "secret\n" }] } });
    const buffer = new Uint8Array(3);
    const read = (): string => new TextDecoder().decode(buffer.subarray(0, linux.read(0, buffer)));

    expect(() => linux.read(0, buffer)).toThrow(expect.objectContaining({ code: "EAGAIN" }));
    await linux.sleep(50);
    expect([read(), read(), read()]).toEqual(["sec", "ret", "\n"]);
    linux.type("y");

    expect(read()).toBe("y");
  });

  it("shows what is written", () => {
    const linux = simulateLinux();

    linux.write(1, new TextEncoder().encode("hello "));
    linux.writeFile("/dev/console", "world");

    expect(linux.consoleOutput).toBe("hello world");
  });

  it("controls a session that has begun, and one at a time", () => {
    const linux = simulateLinux();

    expect(() => linux.setControllingTerminal(0)).toThrow(
      expect.objectContaining({ code: "EPERM" }),
    );
    expect(() => linux.dropControllingTerminal(0)).toThrow(
      expect.objectContaining({ code: "ENOTTY" }),
    );
    expect(linux.setsid()).toBe(1);
    expect(() => linux.setsid()).toThrow(expect.objectContaining({ code: "EPERM" }));
    linux.setControllingTerminal(0);
    linux.setControllingTerminal(1);
    const other = linux.open("/dev/tty0");
    expect(() => linux.setControllingTerminal(other)).toThrow(
      expect.objectContaining({ code: "EPERM" }),
    );
    linux.dropControllingTerminal(0);
    linux.setControllingTerminal(other);
  });

  it("is not /dev/null", () => {
    const linux = simulateLinux();

    expect(() => linux.terminalMode(linux.open("/dev/null"))).toThrow(
      expect.objectContaining({ code: "ENOTTY" }),
    );
  });

  it("keeps a marker that can be told from errors", () => {
    const linux = simulateLinux({ programs: { "/init": {} } });
    let thrown: unknown;

    try {
      linux.execve("/init", [], {});
    } catch (error) {
      thrown = error;
    }

    expect(errorCode(thrown)).toBe("SIMULATION_ENDED");
  });
});

describe("the network", () => {
  it("runs when it is up and has a carrier", () => {
    const linux = simulateLinux({ interfaces: { eth0: {}, eth1: { carrier: false } } });

    for (const name of ["eth0", "eth1"]) linux.setInterfaceFlags(name, 1);

    expect([linux.interfaceFlags("eth0"), linux.interfaceFlags("eth1")]).toEqual([0x43, 0x3]);
    const read = (path: string): string => linux.readText(`/sys/class/net/${path}`).trim();
    expect([read("eth0/operstate"), read("eth1/operstate")]).toEqual(["up", "down"]);
    expect([read("eth0/carrier"), read("eth0/type"), read("lo/type")]).toEqual(["1", "1", "772"]);
    expect(read("eth0/address")).toBe("52:54:00:12:34:56");
    expect([read("eth0/flags"), read("eth0/ifindex")]).toEqual(["0x43", "2"]);
  });

  it("remembers addresses and routes", () => {
    const linux = simulateLinux({ interfaces: { eth0: {} } });
    linux.setInterfaceFlags("eth0", 1);
    const route = { destination: "0.0.0.0", netmask: "0.0.0.0", gateway: "10.0.2.2" };

    expect(linux.interfaceAddress("eth0")).toEqual({});
    linux.setInterfaceAddress("eth0", "10.0.2.10");
    expect(linux.interfaceAddress("eth0").netmask).toBe("255.0.0.0");
    linux.setInterfaceNetmask("eth0", "255.255.255.0");
    linux.addRoute(route);

    expect(linux.interfaceAddress("eth0")).toEqual({
      address: "10.0.2.10",
      netmask: "255.255.255.0",
    });
    expect(linux.routes).toEqual([{ ...route, interface: "eth0" }]);
    expect(linux.calls.at(-1)).toBe("ioctl SIOCADDRT 0.0.0.0/0.0.0.0 10.0.2.2 -");
    linux.setInterfaceFlags("eth0", 0);
    expect(linux.routes).toEqual([]);
  });

  it.each([
    ["1.2.3", "EINVAL"],
    ["1.2.3.256", "EINVAL"],
    ["host", "EINVAL"],
  ])("does not take %j for an address", (address, code) => {
    const linux = simulateLinux({ interfaces: { eth0: {} } });

    expect(() => linux.setInterfaceAddress("eth0", address)).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it.each([
    ["172.16.0.1", "255.255.0.0"],
    ["192.168.1.1", "255.255.255.0"],
  ])("gives %s the netmask of its class", (address, netmask) => {
    const linux = simulateLinux({ interfaces: { eth0: {} } });

    linux.setInterfaceAddress("eth0", address);

    expect(linux.interfaceAddress("eth0")).toEqual({ address, netmask });
  });

  it("does not route through what is down", () => {
    const linux = simulateLinux({ interfaces: { eth0: {} } });

    expect(() =>
      linux.addRoute({ destination: "10.0.0.0", netmask: "255.0.0.0", interface: "eth0" }),
    ).toThrow(expect.objectContaining({ code: "ENETDOWN" }));
    expect(() =>
      linux.addRoute({ destination: "10.0.0.0", netmask: "255.0.255.0", interface: "eth0" }),
    ).toThrow(expect.objectContaining({ code: "EINVAL" }));
  });
});
