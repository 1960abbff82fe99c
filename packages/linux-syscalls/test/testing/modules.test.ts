import { describe, expect, it } from "@jest/globals";
import { ModuleFlag } from "@earlyboot/linux-syscalls";
import {
  type FileTree,
  type ModuleDescription,
  type SimulatedLinux,
  moduleImage,
  simulateLinux,
} from "@earlyboot/linux-syscalls/testing";

const release = "6.12.0-simulated";

function fileOf(name: string, ...depends: readonly string[]): Uint8Array {
  return moduleImage({
    license: "MIT",
    name,
    depends: depends.join(","),
    vermagic: `${release} SMP`,
  });
}

const files: FileTree = {
  "/base.ko": fileOf("base"),
  "/top.ko": fileOf("top", "base"),
  "/garbage.ko": "this is no module",
  "/old.ko": moduleImage({ name: "old", vermagic: "5.10.0 SMP" }),
};

function machine(modules: readonly ModuleDescription[] = [], more: FileTree = {}): SimulatedLinux {
  return simulateLinux({ now: 0, modules, files: { ...files, ...more } });
}

async function load(
  linux: SimulatedLinux,
  path: string,
  parameters = "",
  flags = 0,
): Promise<void> {
  const file = linux.open(path);
  try {
    await linux.finitModule(file, parameters, flags);
  } finally {
    linux.close(file);
  }
}

describe("modules", () => {
  it("load after what they need, and only once", async () => {
    const linux = machine();

    await expect(load(linux, "/top.ko")).rejects.toMatchObject({ code: "ENOENT" });
    await load(linux, "/base.ko");
    await load(linux, "/top.ko");
    await expect(load(linux, "/top.ko")).rejects.toMatchObject({ code: "EEXIST" });

    expect(linux.modules).toEqual(["base", "top"]);
    expect(linux.readText("/proc/modules")).toMatch(
      /^base \d+ 1 top, Live 0x0{16}\ntop \d+ 0 - Live 0x0{16}\n$/,
    );
    expect(linux.readText("/sys/module/base/refcnt")).toBe("1\n");
    expect(linux.calls.at(-1)).toBe('finit_module </top.ko> "" 0 = EEXIST');
  });

  it("can be removed when nobody uses them", async () => {
    const linux = machine();
    await load(linux, "/base.ko");
    await load(linux, "/top.ko");

    expect(() => linux.deleteModule("base")).toThrow(expect.objectContaining({ code: "EAGAIN" }));
    expect(() => linux.deleteModule("no")).toThrow(expect.objectContaining({ code: "ENOENT" }));
    linux.deleteModule("top");
    linux.deleteModule("base");

    expect([linux.modules, linux.readText("/proc/modules")]).toEqual([[], ""]);
    expect(() => linux.stat("/sys/module/base")).toThrow("ENOENT");
  });

  it("show their parameters", async () => {
    const linux = machine();

    await load(linux, "/base.ko", 'debug=1 name="two words" flag');

    const read = (name: string): string => linux.readText(`/sys/module/base/parameters/${name}`);
    expect([read("debug"), read("name"), read("flag")]).toEqual(["1\n", "two words\n", "Y\n"]);
  });

  it("take their time, beside each other", async () => {
    const linux = machine([
      { name: "base", takes: 3000 },
      { name: "top", depends: [], takes: 2000 },
    ]);

    const loading = Promise.all([load(linux, "/base.ko"), load(linux, "/top.ko")]);
    await linux.sleep(2500);

    expect(linux.modules).toEqual(["top"]);
    expect(linux.readText("/sys/module/base/initstate")).toBe("coming\n");
    expect(linux.readText("/proc/modules")).toContain("Loading");
    expect(() => linux.deleteModule("base")).toThrow(expect.objectContaining({ code: "EBUSY" }));
    await loading;
    expect([linux.now(), linux.readText("/sys/module/base/initstate")]).toEqual([3000, "live\n"]);
  });

  it("that are loaded twice at once are loaded once", async () => {
    const linux = machine([{ name: "base", takes: 100 }]);

    const results = await Promise.allSettled([load(linux, "/base.ko"), load(linux, "/base.ko")]);

    expect(results).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { code: "EEXIST" } },
    ]);
  });

  it("that fail are not there, and can be tried again", async () => {
    const linux = machine([{ name: "base", takes: 10, failure: "ENODEV" }]);
    const both = await Promise.allSettled([load(linux, "/base.ko"), load(linux, "/base.ko")]);

    expect(both).toMatchObject([{ reason: { code: "ENODEV" } }, { reason: { code: "EBUSY" } }]);
    expect(linux.modules).toEqual([]);
  });

  it("bring file systems, devices and whatever else", async () => {
    let loaded = 0;
    const linux = simulateLinux({
      now: 0,
      withoutFileSystems: ["xfs"],
      files,
      modules: [
        {
          name: "base",
          takes: 100,
          fileSystems: ["xfs", "fancyfs", "ext4"],
          devices: [{ name: "sda", appears: 400, fileSystem: { type: "xfs" } }, { name: "sdb" }],
          onLoad: () => {
            loaded += 1;
          },
        },
      ],
    });
    const mount = (type: string): void => linux.mount({ source: "/dev/sda", target: "/mnt", type });
    expect(() => mount("xfs")).toThrow(expect.objectContaining({ code: "ENODEV" }));

    await load(linux, "/base.ko");
    expect(linux.stat("/dev/sdb").mode).toBe(0o060600);
    expect(() => linux.stat("/dev/sda")).toThrow("ENOENT");
    await linux.sleep(400);
    mount("xfs");
    mount("fancyfs");

    expect([loaded, linux.now()]).toEqual([1, 500]);
  });

  it("bring a file system that does what it does where it is built in", async () => {
    const linux = simulateLinux({
      withoutFileSystems: ["overlay"],
      files: { ...files, "/lower/file": "below", "/up": { kind: "directory" } },
      modules: [{ name: "base", fileSystems: ["overlay"] }],
    });
    await load(linux, "/base.ko");
    linux.mount({ source: "tmpfs", target: "/up", type: "tmpfs" });
    linux.mkdir("/up/upper");
    linux.mkdir("/up/work");
    const data = "lowerdir=/lower,upperdir=/up/upper,workdir=/up/work";
    linux.mount({ source: "overlay", target: "/mnt", type: "overlay", data });

    expect(linux.readText("/mnt/file")).toBe("below");
  });

  it("can be there from the start", () => {
    const linux = machine([{ name: "builtin", loaded: true, devices: [{ name: "sda" }] }]);

    expect(linux.modules).toEqual(["builtin"]);
    expect(linux.stat("/dev/sda").mode).toBe(0o060600);
  });

  it.each([
    ["what is no module", "/garbage.ko", 0, "ENOEXEC"],
    ["another kernel's module", "/old.ko", 0, "ENOEXEC"],
    ["another kernel's module, by force", "/old.ko", ModuleFlag.IgnoreVermagic, undefined],
    ["an unknown flag", "/base.ko", 64, "EINVAL"],
    ["a compressed file, without decompression", "/base.ko", 4, "EOPNOTSUPP"],
  ])("answer to %s", async (_, path, flags, code) => {
    const [result] = await Promise.allSettled([load(machine(), path, "", flags)]);

    expect(result?.status === "rejected" ? result.reason : { code: undefined }).toMatchObject({
      code,
    });
  });

  it("are loaded by a descriptor for reading only", async () => {
    const linux = machine();

    await expect(linux.finitModule(77, "")).rejects.toMatchObject({ code: "EBADF" });
    const file = linux.open("/base.ko", { access: "write" });
    await expect(linux.finitModule(file, "")).rejects.toMatchObject({ code: "EBADF" });
  });

  it("load from memory too", async () => {
    const linux = machine();

    await linux.initModule(fileOf("base"), "a=1");
    await expect(linux.initModule(Uint8Array.of(1, 2), "")).rejects.toMatchObject({
      code: "ENOEXEC",
    });

    expect(linux.modules).toEqual(["base"]);
    expect(linux.calls[0]).toMatch(/^init_module <\d+ bytes> "a=1"$/);
  });

  it("are known by their files, where these do not say", async () => {
    const packed = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3);
    const linux = simulateLinux({
      moduleCompression: "zstd",
      modules: [{ name: "packed", images: [packed] }],
      files: {
        "/packed.ko.zst": packed,
        "/other.ko.zst": Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 9),
        "/plain.ko": fileOf("base"),
        "/named.ko": { kind: "file", content: "anything", module: "named" },
      },
    });
    const flags = ModuleFlag.CompressedFile;

    expect(linux.readText("/sys/module/compression")).toBe("zstd\n");
    await load(linux, "/packed.ko.zst", "", flags);
    await load(linux, "/named.ko");
    await expect(load(linux, "/other.ko.zst", "", flags)).rejects.toMatchObject({
      code: "ENOEXEC",
    });
    await expect(load(linux, "/plain.ko", "", flags)).rejects.toMatchObject({ code: "EINVAL" });
    await expect(load(linux, "/packed.ko.zst")).rejects.toMatchObject({ code: "ENOEXEC" });

    expect(linux.modules).toEqual(["packed", "named"]);
  });
});
