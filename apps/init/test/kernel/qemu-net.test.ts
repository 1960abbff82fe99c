import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { needs, programPath, runUnshared } from "./run-program.ts";

const here = needs("root", "unshare", "ip");

let directory = "";
let resolverFile = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "qemu-net-"));
  resolverFile = join(directory, "etc", "resolv.conf");
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Configures `name` in a namespace with these interfaces, and shows the state with ip(8). */
function configure(interfaces: readonly string[], name: string) {
  const prepare = [
    "mount -t sysfs sysfs /sys",
    ...interfaces.map((each, index) => `ip link add ${each} type veth peer name peer${index}`),
    ...interfaces.map((_, index) => `ip link set peer${index} up`),
    '"$@"',
    "ip -brief -4 address show up",
  ];
  const { status, stdout, stderr } = runUnshared(
    ["--net", "--mount"],
    [
      "sh",
      "-ec",
      prepare.join("\n"),
      "sh",
      process.execPath,
      programPath("configure-network.ts"),
    ].concat([name, resolverFile]),
  );
  if (stdout === "") throw new Error(stderr);
  const [report = "", ...addresses] = stdout.trimEnd().split("\n");
  return { status, stderr, addresses, ...JSON.parse(report) };
}

here.describe(`in a network namespace${here.reason}`, () => {
  it("brings up an interface with address, netmask, route and resolver file", () => {
    const { status, stderr, up, lines, routes, addresses } = configure(["eth0"], "eth0");

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(up).toBe(true);
    expect(lines).toEqual([
      "network: eth0 is up: 10.0.2.10/24, gateway 10.0.2.2, name server 10.0.2.3",
    ]);
    // The kernel shows addresses as the bytes of the wire, in hexadecimal, last first.
    expect(routes).toMatch(/^eth0\t00000000\t0202000A\t0003\t0\t0\t0\t00000000\t/m);
    expect(routes).toMatch(/^eth0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t/m);
    expect(addresses).toEqual([expect.stringMatching(/^eth0@\S+ +UP +10\.0\.2\.10\/24/)]);
    expect(readFileSync(resolverFile, "utf8")).toBe("nameserver 10.0.2.3\n");
  });

  it("takes the first Ethernet interface when told auto", () => {
    const { up, lines } = configure(["first", "eth0"], "auto");

    expect(up).toBe(true);
    expect(lines).toEqual([expect.stringMatching(/^network: (peer0|first) is up: /)]);
  });

  it("says which interfaces there are when the wanted one is missing", () => {
    const { status, up, lines } = configure(["ens3"], "eth0");

    expect({ status, up }).toEqual({ status: 0, up: false });
    expect(lines).toEqual(["network: no interface eth0; there are: ens3, lo, peer0"]);
  });

  it("says so when there is no Ethernet interface at all", () => {
    expect(configure([], "auto").lines).toEqual(["network: no Ethernet interface; there are: lo"]);
  });
});
