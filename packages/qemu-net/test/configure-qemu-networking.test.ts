import { describe, expect, it } from "@jest/globals";
import {
  type SimulatedLinux,
  simulateLinux,
  type SimulationOptions,
} from "@earlyboot/linux-syscalls/testing";
import { configureQemuNetworking, qemuUserNetwork } from "@earlyboot/qemu-net";

interface Outcome {
  readonly linux: SimulatedLinux;
  readonly up: boolean;
  readonly lines: readonly string[];
}

/** Configures an interface of a machine that has one Ethernet card, unless `options` say otherwise. */
function configure(options: SimulationOptions = {}, name?: string): Outcome {
  const linux = simulateLinux({ interfaces: { eth0: {} }, ...options });
  const lines: string[] = [];
  const up = configureQemuNetworking(linux, name, { onMessage: (line) => lines.push(line) });
  return { linux, up, lines };
}

const good = "network: eth0 is up: 10.0.2.10/24, gateway 10.0.2.2, name server 10.0.2.3";

it("gives eth0 its address, brings it up, routes, and names the name server", () => {
  const { linux, up, lines } = configure();

  expect(up).toBe(true);
  expect(lines).toEqual([good]);
  expect(linux.interfaceAddress("eth0")).toEqual({
    address: "10.0.2.10",
    netmask: "255.255.255.0",
  });
  expect(linux.routes).toEqual([
    { destination: "0.0.0.0", netmask: "0.0.0.0", gateway: "10.0.2.2", interface: "eth0" },
  ]);
  expect(linux.readText("/etc/resolv.conf")).toBe("nameserver 10.0.2.3\n");
});

it("can be called twice", () => {
  const { linux } = configure();
  const lines: string[] = [];

  expect(configureQemuNetworking(linux, "eth0", { onMessage: (line) => lines.push(line) })).toBe(
    true,
  );
  expect(lines).toEqual([good]);
  expect(linux.routes).toHaveLength(1);
});

it("tells nobody when nobody asks", () => {
  const linux = simulateLinux({ interfaces: { eth0: {} } });

  expect(configureQemuNetworking(linux)).toBe(true);
});

it("writes the name server where it is told to", () => {
  const linux = simulateLinux({ interfaces: { eth0: {} } });

  configureQemuNetworking(linux, "eth0", { resolverFile: "/run/resolv.conf" });

  expect(linux.readText("/run/resolv.conf")).toBe("nameserver 10.0.2.3\n");
});

it("exports the addresses of QEMU's user network", () => {
  expect(qemuUserNetwork).toMatchObject({
    guest: "10.0.2.10",
    prefixLength: 24,
    firstLease: "10.0.2.15",
  });
});

describe("without a usable interface", () => {
  it("says which interfaces there are", () => {
    const { up, lines, linux } = configure({ interfaces: { ens3: {}, eth1: {} } });

    expect(up).toBe(false);
    expect(lines).toEqual(["network: no interface eth0; there are: ens3, eth1, lo"]);
    expect(() => linux.stat("/etc/resolv.conf")).toThrow("ENOENT");
  });

  it("says so where sysfs tells none", () => {
    const failures = [{ call: "readDirectory", error: "ENOENT" }] as const;

    expect(configure({ interfaces: {}, failures }).lines).toEqual([
      "network: no interface eth0; there is no interface at all",
    ]);
  });

  it("escapes a name from the configuration", () => {
    expect(configure({}, "\u001b[2J").lines[0]).toContain(String.raw`\x1b[2J`);
  });

  it("says that it stays down, without having failed", () => {
    const machine = simulateLinux({ interfaces: { eth0: {} } });
    const lines: string[] = [];
    const linux = { ...machine, setInterfaceFlags: () => {} };

    expect(configureQemuNetworking(linux, "eth0", { onMessage: (line) => lines.push(line) })).toBe(
      false,
    );
    expect(lines.at(-1)).toBe("network: eth0 stays down");
  });
});

describe("with the interface auto", () => {
  it("takes the first Ethernet interface by number, never the loopback", () => {
    const { up, linux } = configure({ interfaces: { zz: {}, aa: {} } }, "auto");

    expect(up).toBe(true);
    expect(linux.interfaceAddress("zz").address).toBe("10.0.2.10");
  });

  it("takes a piece of hardware before what software made", () => {
    const machine = simulateLinux({ interfaces: { dummy0: {}, ens3: {} } });
    const stat = (path: string) =>
      path === "/sys/class/net/ens3/device" ? machine.stat("/sys") : machine.stat(path);

    expect(configureQemuNetworking({ ...machine, stat }, "auto")).toBe(true);
    expect(machine.interfaceAddress("ens3").address).toBe("10.0.2.10");
    expect(machine.interfaceAddress("dummy0").address).toBeUndefined();
  });

  it("says so when there is none", () => {
    const { up, lines } = configure({ interfaces: {} }, "auto");

    expect(up).toBe(false);
    expect(lines).toEqual(["network: no Ethernet interface; there are: lo"]);
  });
});

describe("when a step fails, tells which and tries the others", () => {
  it.each([
    ["setInterfaceAddress", "cannot set the address 10.0.2.10", true],
    ["setInterfaceNetmask", "cannot set the netmask 255.255.255.0", true],
    ["setInterfaceFlags", "cannot bring it up", false],
    ["addRoute", "cannot route by 10.0.2.2", true],
    ["writeFile", "cannot write /etc/resolv.conf", true],
    ["mkdir", "cannot write /etc/resolv.conf", true],
  ] as const)("%s", (call, words, isUp) => {
    const { up, lines } = configure({ failures: [{ call, error: "EIO" }] });

    expect(up).toBe(isUp);
    expect(lines[0]).toMatch(
      new RegExp(`^network: ${words} \\(eth0\\): EIO: input/output error, `),
    );
    expect(lines.at(-1)).toBe(
      `network: eth0 ${isUp ? "is up, but not configured as a whole" : "stays down"}`,
    );
  });

  it("never throws, whatever call fails with whatever error", () => {
    const plain = configure();
    const failed = plain.linux.trace.flatMap(({ index }) =>
      ["EIO", "ENODEV", "EPERM", "EEXIST", "ENOENT"].map((error) => {
        const { lines } = configure({ failures: [{ index, error }] });
        return lines.length;
      }),
    );

    expect(failed.every((count) => count > 0)).toBe(true);
    expect(failed.length).toBeGreaterThan(30);
  });
});
