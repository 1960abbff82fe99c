import { expect, it } from "@jest/globals";

import { makeDeviceNodes, parseStaticNodes } from "@earlyboot/device-nodes";
import { simulateLinux } from "@earlyboot/linux-syscalls/testing";

const text = `# Device nodes to trigger on-demand module loading.
fuse fuse c10:229
tun net/tun c10:200
loop loop-control c10:237
btrfs btrfs-control c10:234
snd_seq snd/seq c116:1
snd_timer snd/timer c116:33
old old/disk b7:300
`;

it("reads modules.devname, with the directories that are needed", () => {
  const nodes = parseStaticNodes(text);

  expect(nodes.map(({ name, kind, mode }) => `${kind} ${mode.toString(8)} ${name}`)).toEqual([
    "character 600 fuse",
    "directory 755 net",
    "character 600 net/tun",
    "character 600 loop-control",
    "character 600 btrfs-control",
    "directory 755 snd",
    "character 600 snd/seq",
    "character 600 snd/timer",
    "directory 755 old",
    "block 600 old/disk",
  ]);
});

it("gives what makeDeviceNodes makes", () => {
  const linux = simulateLinux();

  makeDeviceNodes(linux, parseStaticNodes(text), { root: "/run" });

  expect(linux.lstat("/run/dev/net/tun").rdev).toBe(0xac8n);
  expect(linux.lstat("/run/dev/old/disk").rdev).toBe(0x10072cn);
});

it.each(["fuse", "fuse fuse 10:229", "x ../../etc/x c1:3", "x /x c1:3", "x a//b c1:3"])(
  "refuses %j",
  (line) => {
    expect(() => parseStaticNodes(`${line}\n`)).toThrow(
      `modules.devname: expected 'MODULE NAME [bc]MAJOR:MINOR', found '${line}'`,
    );
  },
);
