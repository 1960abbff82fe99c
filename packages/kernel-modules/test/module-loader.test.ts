import { describe, expect, it } from "@jest/globals";

import { parseCommandLine } from "@earlyboot/cmdline";
import {
  createModuleLoader,
  loadModule,
  loadModuleFile,
  loadModules,
  readModuleIndex,
  type Decompress,
  type LateModule,
  type ModuleError,
} from "@earlyboot/kernel-modules";
import type { SimulatedLinux, SimulationOptions } from "@earlyboot/linux-syscalls/testing";

import { machineWith, modules, release } from "./machine.ts";

/** What was given to the kernel, in the order in which it was. */
function inserted(linux: SimulatedLinux): readonly string[] {
  return linux.calls.flatMap(
    (call) => /^finit_module <.*\/(.*)\.ko\S*> (.*)$/.exec(call)?.slice(1).join(" ") ?? [],
  );
}

function fail(error: Error): never {
  throw error;
}

describe("loading", () => {
  it("opens a module, gives it to the kernel and closes it, after what it needs", async () => {
    const { linux, index } = machineWith({ disk: "bus", bus: "" });

    const reports = await loadModule(linux, index, "disk");

    expect(reports).toMatchObject([{ name: "disk", outcome: "loaded" }]);
    expect(linux.modules).toEqual(["bus", "disk"]);
    expect(linux.trace.map(({ text }) => text).slice(-6)).toEqual([
      `open ${modules}/kernel/bus.ko read`,
      `finit_module <${modules}/kernel/bus.ko> "" 0`,
      `close <${modules}/kernel/bus.ko>`,
      `open ${modules}/kernel/disk.ko read`,
      `finit_module <${modules}/kernel/disk.ko> "" 0`,
      `close <${modules}/kernel/disk.ko>`,
    ]);
  });

  it("loads each module once, for however many at the same time", async () => {
    const { linux, index } = machineWith({ a: "c", b: "c", c: "" });
    const loader = createModuleLoader(linux, index);

    await Promise.all([loader.load("a"), loader.load("b"), loader.load("c"), loader.load("a")]);
    await loader.load("b");

    expect(inserted(linux).toSorted()).toEqual(['a "" 0', 'b "" 0', 'c "" 0']);
  });

  it("does not let a slow module hold up one that does not need it", async () => {
    const { linux, index } = machineWith(
      { slow: "", user: "slow", quick: "base", base: "" },
      {},
      { modules: [{ name: "slow", takes: 5000 }] },
    );
    const loader = createModuleLoader(linux, index);

    const user = loader.load("user");
    await loader.load("quick");

    expect(linux.modules).toEqual(["base", "quick"]);
    expect(linux.now()).toBe(1000);
    await user;
    expect(linux.now()).toBe(6000);
    expect(
      loader.reports.map(({ name, started, milliseconds }) => [name, started, milliseconds]),
    ).toEqual([
      ["base", 1000, 0],
      ["quick", 1000, 0],
      ["slow", 1000, 5000],
      ["user", 6000, 0],
    ]);
  });

  it("goes on without a module that does not come up, and says so once", async () => {
    const { linux, index } = machineWith(
      { stuck: "", user: "stuck", quick: "" },
      {},
      { modules: [{ name: "stuck", takes: Infinity }] },
    );
    const late: LateModule[] = [];
    const loader = createModuleLoader(linux, index, {
      patience: 30_000,
      onLate: (module) => late.push(module),
    });

    const [[user], [quick]] = await Promise.all([
      loader.load("user", "", "/devices/pci0000:00/0000:00:03.0"),
      loader.load("quick"),
    ]);
    const [again] = await loader.load("stuck");

    expect([user?.outcome, quick?.outcome, again?.outcome]).toEqual(["late", "loaded", "late"]);
    expect(late).toEqual([{ name: "stuck", device: "/devices/pci0000:00/0000:00:03.0" }]);
    expect(linux.now()).toBe(31_000);
  });

  it("goes on without a soft dependency that does not come up", async () => {
    const { linux, index } = machineWith(
      { stuck: "", user: "" },
      { [`${modules}/modules.softdep`]: "softdep user pre: stuck\n" },
      { modules: [{ name: "stuck", takes: Infinity }] },
    );

    const loader = createModuleLoader(linux, index, { patience: 30_000 });
    const [user] = await loader.load("user");
    await linux.sleep(1);

    expect(user).toMatchObject({ outcome: "late" });
    expect(loader.reports).toMatchObject([{ name: "user", outcome: "loaded" }]);
  });

  it("tries those that answer to one alias in the order of the table, for the first may take the device", async () => {
    const { linux, index } = machineWith(
      { slow: "", quick: "" },
      { [`${modules}/modules.alias`]: "alias pci:* slow\nalias pci:v1* quick\n" },
      { modules: [{ name: "slow", takes: 100 }] },
    );

    const loader = createModuleLoader(linux, index);
    await loader.load("pci:v1");

    expect(loader.reports.map(({ name }) => name)).toEqual(["slow", "quick"]);
  });

  it("does not wait for one feature of the processor with the next", async () => {
    const { linux, index } = machineWith(
      { slow: "", quick: "" },
      { [`${modules}/modules.alias`]: "alias cpu:*1* slow\nalias cpu:*2* quick\n" },
      { modules: [{ name: "slow", takes: 100 }] },
    );

    const loader = createModuleLoader(linux, index);
    await loader.load("cpu:,1,2");

    expect(loader.reports.map(({ name }) => name)).toEqual(["quick", "slow"]);
  });

  it("counts the patience with each module from its own start", async () => {
    const { linux, index } = machineWith(
      { first: "", second: "slow", slow: "" },
      {},
      {
        modules: [
          { name: "first", takes: Infinity },
          { name: "slow", takes: 10_000 },
          { name: "second", takes: Infinity },
        ],
      },
    );
    const late: [string, number][] = [];
    const loader = createModuleLoader(linux, index, {
      patience: 30_000,
      onLate: ({ name }) => late.push([name, linux.now()]),
    });

    await Promise.all([loader.load("first"), loader.load("second")]);

    expect(late).toEqual([
      ["first", 31_000],
      ["second", 41_000],
    ]);
  });

  it("loads what needs a module that came up after the patience was over", async () => {
    const { linux, index } = machineWith(
      { slow: "", user: "slow" },
      {},
      { modules: [{ name: "slow", takes: 50_000 }] },
    );
    const loader = createModuleLoader(linux, index, { patience: 30_000 });

    await loader.load("user");
    expect(linux.modules).toEqual([]);
    await linux.sleep(20_000);

    expect(linux.modules).toEqual(["slow", "user"]);
    expect(loader.reports.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      "slow loaded",
      "user loaded",
    ]);
  });

  it("does not wait for what is loaded after a module before what needs the module", async () => {
    const { linux, index } = machineWith(
      { user: "base", base: "", extra: "" },
      { [`${modules}/modules.softdep`]: "softdep base post: extra\n" },
      { modules: [{ name: "extra", takes: 3000 }] },
    );
    const heard: string[] = [];

    await loadModules(linux, index, ["user"], { onModule: ({ name }) => heard.push(name) });

    expect(heard).toEqual(["base", "user", "extra"]);
  });

  it("takes a module that is loaded already, or built in, as done", async () => {
    const { linux, index } = machineWith(
      { a: "", b: "a" },
      { [`${modules}/modules.builtin`]: "kernel/fs/ext4/ext4.ko\n" },
      { modules: [{ name: "a", loaded: true }] },
    );

    const reports = await loadModules(linux, index, ["b", "a", "ext4"]);

    expect(reports.map(({ outcome }) => outcome)).toEqual(["loaded", "present", "builtin"]);
  });

  it("notes hardware that is not there, and does not try what builds upon it", async () => {
    const { linux, index } = machineWith(
      { driver: "", user: "driver" },
      {},
      { modules: [{ name: "driver", failure: "ENODEV" }] },
    );

    const reports = await loadModules(linux, index, ["user", "driver"]);

    expect(reports.map(({ outcome }) => outcome)).toEqual(["no-device", "no-device"]);
    expect(inserted(linux)).toEqual(['driver "" 0 = ENODEV']);
  });

  it("tries the module even when a soft dependency fails", async () => {
    const { linux, index } = machineWith(
      { a: "", crc: "" },
      { [`${modules}/modules.softdep`]: "softdep a pre: crc\n" },
      { modules: [{ name: "crc", failure: "EIO" }] },
    );

    expect(await loadModule(linux, index, "a")).toMatchObject([{ outcome: "loaded" }]);
  });

  it("lets one that fails not hold up the others", async () => {
    const { linux, index } = machineWith(
      { bad: "", good: "" },
      {},
      { modules: [{ name: "bad", failure: "EIO" }] },
    );

    const reports = await loadModules(linux, index, ["bad", "good", "unknown"]);

    expect(reports.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["bad", "failed"],
      ["good", "loaded"],
      ["unknown", "failed"],
    ]);
    expect(reports[2]?.error).toMatchObject({ code: "ENOENT", missing: true });
  });

  it("asks for no further module once it is told to stop", async () => {
    const { linux, index } = machineWith(
      { slow: "", user: "slow" },
      {},
      { modules: [{ name: "slow", takes: 5000 }] },
    );
    const end = new AbortController();
    linux.at(3000, () => end.abort());

    const reports = await loadModules(linux, index, ["slow", "user"], { signal: end.signal });

    expect(reports.map(({ outcome }) => outcome)).toEqual(["loaded", "cancelled"]);
  });

  it("loads all that an alias stands for, but for what is blacklisted", async () => {
    const { linux, index } = machineWith(
      { a: "", b: "", c: "d", d: "" },
      {
        [`${modules}/modules.alias`]: "alias x:* a\nalias x:* b\nalias x:* c\n",
        "/etc/modprobe.d/a.conf": "blacklist a",
      },
    );
    const loader = createModuleLoader(linux, index, { blacklist: ["b", "d"] });

    const reports = await loader.load("x:1");

    expect(reports.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["a", "blacklisted"],
      ["b", "blacklisted"],
      ["c", "loaded"],
    ]);
    expect(linux.modules).toEqual(["d", "c"]);
    expect(await loader.load("a")).toMatchObject([{ outcome: "loaded" }]);
  });

  it("follows aliases of aliases, and says when one leads nowhere", async () => {
    const conf = "alias first second\nalias second a\nalias lost nothing\nalias none off\n";
    const { linux, index } = machineWith({ a: "" }, { "/etc/modprobe.d/a.conf": conf });
    const loader = createModuleLoader(linux, index);

    expect(await loader.load("first")).toMatchObject([{ name: "a", outcome: "loaded" }]);
    expect(await loader.load("lost")).toMatchObject([{ name: "nothing", outcome: "failed" }]);
    expect(await loader.load("none")).toMatchObject([{ name: "off", outcome: "blacklisted" }]);
  });

  it("hands over compressed modules where the kernel can decompress them, and decompresses the rest", async () => {
    const { linux, index } = machineWith(
      {},
      {
        [`${modules}/modules.dep`]: "kernel/z.ko.zst:\nkernel/x.ko.xz:\n",
        [`${modules}/kernel/z.ko.zst`]: { kind: "file", module: "z" },
        [`${modules}/kernel/x.ko.xz`]: Uint8Array.of(1, 2, 3),
      },
      { moduleCompression: "zstd" },
    );
    const plain = linux.readFile.bind(linux);
    const decompressors = { xz: () => plain("/plain.ko") };
    linux.writeFile("/plain.ko", machineWith({ x: "" }).linux.readFile(`${modules}/kernel/x.ko`));

    expect(await loadModuleFile(linux, `${modules}/kernel/x.ko.xz`, "", decompressors)).toBe(
      "loaded",
    );
    await loadModule(linux, index, "z");

    expect(inserted(linux)).toEqual(['z "" 4']);
    expect(linux.modules).toEqual(["x", "z"]);
  });

  it("waits for a decompressor that takes its time", async () => {
    const { linux, index } = machineWithCompressed(async () => {
      await linux.sleep(20);
      return machineWith({ x: "" }).linux.readFile(`${modules}/kernel/x.ko`);
    });

    expect(await loadModule(linux, index, "x")).toMatchObject([
      { outcome: "loaded", milliseconds: 20 },
    ]);
  });
});

/** A machine whose kernel does not decompress, with one module that has to be. */
function machineWithCompressed(
  xz: Decompress,
  options: SimulationOptions = {},
): ReturnType<typeof machineWith> {
  const files = {
    [`${modules}/modules.dep`]: "kernel/x.ko.xz:\n",
    [`${modules}/kernel/x.ko.xz`]: Uint8Array.of(1, 2, 3),
  };
  const { linux } = machineWith({}, files, options);
  return { linux, index: readModuleIndex(linux, modules, { decompressors: { xz } }) };
}

describe("parameters", () => {
  const conf = { "/etc/modprobe.d/a.conf": 'options a-b size=1 name=x mode="p q"' };

  it("come from modprobe.d, then the call, then the command line, and the last of a name wins", async () => {
    const { linux, index } = machineWith({ "a-b": "" }, conf);
    const commandLine = parseCommandLine('quiet a_b.size=3 a-b.label="my disk" other.size=9');

    await createModuleLoader(linux, index, { commandLine }).load("a_b", "size=2 name=y");

    expect(inserted(linux)).toEqual([
      `a-b ${JSON.stringify('mode="p q" name=y size=3 label="my disk"')} 0`,
    ]);
  });

  it("of an alias are for who asks by it, in the order of the lines", async () => {
    const text = `
      alias my-disk a-b
      options a-b name=x size=1
      options my_disk name=mine size=2
      options a-b size=3`;
    const machine = () => machineWith({ "a-b": "" }, { "/etc/modprobe.d/a.conf": text });
    const [byAlias, byName] = [machine(), machine()];

    await createModuleLoader(byAlias.linux, byAlias.index).load("my-disk");
    await createModuleLoader(byName.linux, byName.index).load("a-b");

    expect(inserted(byAlias.linux)).toEqual(['a-b "name=mine size=3" 0']);
    expect(inserted(byName.linux)).toEqual(['a-b "name=x size=3" 0']);
  });

  it("of an alias are for a soft dependency that is named by it", async () => {
    const text = "alias my-ring ring\noptions my_ring size=2\nsoftdep disk pre: my-ring";
    const { linux, index } = machineWith(
      { disk: "", ring: "" },
      { "/etc/modprobe.d/a.conf": text },
    );

    await createModuleLoader(linux, index).load("disk");

    expect(inserted(linux)).toEqual(['ring "size=2" 0', 'disk "" 0']);
  });

  it("of an alias with wildcards are for what it stands for, and not for what matches it", async () => {
    const text = "alias x:* a\noptions x:* size=2\noptions x:1 size=3";
    const { linux, index } = machineWith({ a: "" }, { "/etc/modprobe.d/a.conf": text });

    await createModuleLoader(linux, index).load("x:1");

    expect(inserted(linux)).toEqual(['a "size=2" 0']);
  });

  it("given to a call are for the module that it asks for, not for what that needs", async () => {
    const { linux, index } = machineWith({ a: "b", b: "" });

    await loadModule(linux, index, "a", "x=1");

    expect(inserted(linux)).toEqual(['b "" 0', 'a "x=1" 0']);
  });
});

describe("a module that cannot be loaded", () => {
  async function failure(
    { linux, index }: ReturnType<typeof machineWith>,
    name = "a",
  ): Promise<ModuleError> {
    const reports = await createModuleLoader(linux, index).load(name);
    const [error] = reports.flatMap((report) => report.error ?? []);
    if (error === undefined) throw new Error(`${name} was loaded`);
    return error;
  }

  it.each<readonly [string, Decompress]>([
    ["EBADMSG", () => fail(new Error("it is cut short"))],
    ["EBADMSG", async () => fail(new Error("it is cut short"))],
    ["EBADMSG", () => fail(Object.assign(new Error("it is cut short"), { code: "Z_BUF_ERROR" }))],
    ["EOPNOTSUPP", () => fail(Object.assign(new Error("it is cut short"), { code: "EOPNOTSUPP" }))],
  ])("cannot be decompressed: tells the file and the reason, %s", async (expected, decompress) => {
    const { code, message, file } = await failure(machineWithCompressed(decompress), "x");

    expect(code).toBe(expected);
    expect(file).toBe(`${modules}/kernel/x.ko.xz`);
    expect(message).toBe(`x cannot be decompressed: it is cut short ('${file}').`);
  });

  it("was decompressed, and is for another kernel: names both versions", async () => {
    const image = machineWith({ x: "" }).linux.readFile(`${modules}/kernel/x.ko`);
    const machine = machineWithCompressed(async () => image, { release: "6.1.0-9-other" });

    expect((await failure(machine, "x")).message).toContain(
      `it was built for kernel ${release}, but kernel 6.1.0-9-other is running`,
    );
  });

  it("was built for another kernel: names both versions", async () => {
    const machine = machineWith({ a: "" }, {}, { release: "6.1.0-9-other" });

    const { code, message } = await failure(machine);

    expect(code).toBe("ENOEXEC");
    expect(message).toBe(
      `a cannot be loaded: it was built for kernel ${release}, but kernel 6.1.0-9-other is running ` +
        `(ENOEXEC: exec format error, finit_module '${modules}/kernel/a.ko').`,
    );
  });

  it("was built with other options", async () => {
    const failures = [{ call: "finitModule" as const, error: "ENOEXEC" }];

    const { message } = await failure(machineWith({ a: "" }, {}, { failures }));

    expect(message).toContain(
      `it was built with other options than the running kernel (${release} SMP mod_unload)`,
    );
  });

  it("is not a module at all", async () => {
    const { message } = await failure(
      machineWith({ a: "" }, { [`${modules}/kernel/a.ko`]: "garbage" }),
    );

    expect(message).toContain(`its file is no module that kernel ${release} can read`);
  });

  it("is not signed, or not by a key that counts", async () => {
    const options = { modules: [{ name: "a", failure: "EKEYREJECTED" }] };
    const unsigned = machineWith({ a: "" }, {}, options);
    const image = unsigned.linux.readFile(`${modules}/kernel/a.ko`);
    const signed = [...image, ...new TextEncoder().encode("~Module signature appended~\n")];

    expect(await failure(unsigned)).toMatchObject({
      code: "EKEYREJECTED",
      message: expect.stringContaining("it is not signed, and this kernel only takes signed"),
    });
    expect(
      await failure(
        machineWith({ a: "" }, { [`${modules}/kernel/a.ko`]: Uint8Array.from(signed) }, options),
      ),
    ).toMatchObject({ message: expect.stringContaining("its signature is not by a key") });
  });

  it("uses a symbol that is not there, or has lost its file", async () => {
    const symbol = machineWith({ a: "" }, {}, { modules: [{ name: "a", depends: ["b"] }] });
    const lost = machineWith({ a: "" });
    lost.linux.unlink(`${modules}/kernel/a.ko`);

    expect(await failure(symbol)).toMatchObject({
      code: "ENOENT",
      missing: false,
      message: expect.stringContaining("it needs a symbol of a module, or something else"),
    });
    expect(await failure(lost)).toMatchObject({
      code: "ENOENT",
      missing: true,
      message: expect.stringContaining("its file is missing"),
    });
  });

  it("needs one that cannot be loaded: tells why that one cannot", async () => {
    const machine = machineWith(
      { a: "b c", b: "c", c: "" },
      {},
      { modules: [{ name: "c", failure: "EPERM" }] },
    );

    const { code, message } = await failure(machine);

    expect(code).toBe("EPERM");
    expect(message).toMatch(
      /^a cannot be loaded without c\. c cannot be loaded: the kernel forbids it \(module_blacklist=/,
    );
    expect(inserted(machine.linux)).toEqual(['c "" 0 = EPERM']);
  });

  it("needs one that needs it", async () => {
    const { code, message } = await failure(machineWith({ a: "b", b: "a" }));

    expect(code).toBe("ELOOP");
    expect(message).toContain("a needs b needs a");
  });

  it("is only a name of modprobe.d for a command: names the line", async () => {
    const machine = machineWith({ a: "" }, { "/etc/modprobe.d/a.conf": "install my-disk /bin/x" });

    expect(await failure(machine, "my-disk")).toMatchObject({
      code: "EPERM",
      message: expect.stringContaining(
        "/etc/modprobe.d/a.conf:1: install my-disk /bin/x: no command",
      ),
    });
  });

  it("is left to a command by modprobe.d: names the line", async () => {
    const { linux, index } = machineWith(
      { a: "b", b: "" },
      { "/etc/modprobe.d/a.conf": "\ninstall b /bin/false" },
    );

    expect(await failure({ linux, index })).toMatchObject({
      code: "EPERM",
      message:
        "a cannot be loaded without b. b is kept from loading: /etc/modprobe.d/a.conf:2: " +
        "install b /bin/false: no command is run for a module, so it is not loaded.",
    });
    expect(linux.calls).toEqual([]);
  });

  it("is unknown: names the nearest", async () => {
    const { message } = await failure(machineWith({ virtio_blk: "" }), "virtio-bkl");

    expect(message).toBe(
      `virtio-bkl is not there: ${modules} has no module or alias of that name. The nearest name is virtio_blk.`,
    );
  });

  it("is compressed in a way that nothing here knows", async () => {
    const machine = machineWith(
      {},
      {
        [`${modules}/modules.dep`]: "kernel/a.ko.xz:\n",
        [`${modules}/kernel/a.ko.xz`]: Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0),
      },
    );

    expect(await failure(machine)).toMatchObject({
      code: "EOPNOTSUPP",
      message: expect.stringContaining(
        "this kernel does not decompress .xz, and there is no other decompressor",
      ),
    });
  });

  it("has a line in the kernel's log: quotes it", async () => {
    const { linux, index } = machineWith(
      { a: "" },
      {},
      { modules: [{ name: "a", failure: "EINVAL" }] },
    );
    const records = [
      "6,1,10,-;a: first",
      "3,2,20,-;a: disagrees about version of symbol x\u001b[2J\n SUBSYSTEM=module\n",
      "6,3,30,-;b: other",
    ];
    const read = (_: number, buffer: Uint8Array) =>
      new TextEncoder().encodeInto(records.shift() ?? "", buffer).written;

    const { message } = await failure({ linux: { ...linux, read }, index });

    expect(message).toContain("The kernel says: a: disagrees about version of symbol x\\x1b[2J.");
  });
});
