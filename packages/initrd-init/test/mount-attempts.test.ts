import { expect, it } from "@jest/globals";
import { mountAttempts } from "@earlyboot/initrd-init";
import { MountFlag } from "@earlyboot/linux-syscalls";
import { parseRootParameter } from "@earlyboot/mount-spec";

it("tries the types in order, with flags and data apart", () => {
  const attempts = mountAttempts({
    source: "/dev/vda1",
    types: ["xfs", "ext4"],
    options: "noatime,errors=remount-ro",
    readOnly: true,
  });

  const flags = MountFlag.ReadOnly | MountFlag.NoAtime;
  expect(attempts).toEqual([
    { source: "/dev/vda1", type: "xfs", flags, data: "errors=remount-ro" },
    { source: "/dev/vda1", type: "ext4", flags, data: "errors=remount-ro" },
  ]);
});

it("tries NFS 4.2, 4.0 and 3", () => {
  const attempts = mountAttempts({
    source: parseRootParameter("10.0.2.2:/export"),
    types: [],
    options: undefined,
    readOnly: false,
  });

  expect(attempts.map(({ source, type, data }) => `${source} ${type} ${data}`)).toEqual([
    "10.0.2.2:/export nfs vers=4.2,addr=10.0.2.2",
    "10.0.2.2:/export nfs vers=4.0,addr=10.0.2.2",
    "10.0.2.2:/export nfs vers=3,nolock,addr=10.0.2.2",
  ]);
});

it("keeps the version of NFS that was asked for", () => {
  const attempts = mountAttempts({
    source: parseRootParameter("nfs:10.0.2.2:/export"),
    types: [],
    options: "vers=3",
    readOnly: false,
  });

  expect(attempts.map(({ data }) => data)).toEqual(["vers=3,nolock,addr=10.0.2.2"]);
});

it("gives 9p its transport and virtiofs nothing", () => {
  const request = { types: [], options: undefined, readOnly: false };

  const [nine] = mountAttempts({ ...request, source: parseRootParameter("9p:share") });
  const [virtio] = mountAttempts({ ...request, source: parseRootParameter("virtiofs:share") });

  expect(nine).toEqual({
    source: "share",
    type: "9p",
    flags: 0,
    data: "trans=virtio,version=9p2000.L,msize=262144",
  });
  expect(virtio).toEqual({ source: "share", type: "virtiofs", flags: 0, data: "" });
});
