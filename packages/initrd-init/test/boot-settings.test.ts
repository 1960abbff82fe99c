import { describe, expect, it } from "@jest/globals";
import { parseCommandLine } from "@earlyboot/cmdline";
import { type BootConfiguration, bootParameters, readBootSettings } from "@earlyboot/initrd-init";

const image: BootConfiguration = { version: 1 };

function read(text: string, configuration: BootConfiguration = image) {
  return readBootSettings(parseCommandLine(text), configuration);
}

describe("readBootSettings", () => {
  it("gives the defaults of an empty command line", () => {
    const { settings, warnings } = read("");

    expect(settings.root).toBeUndefined();
    expect(settings.readOnly).toEqual({ value: true, source: "default" });
    expect(settings.rootWait).toEqual({ value: 180, source: "default" });
    expect(settings.repair).toEqual({ value: "preen", source: "default" });
    expect(settings.log).toEqual({ value: "info", source: "default" });
    expect(warnings).toEqual([]);
  });

  it("lets the command line win over the image", () => {
    const configured: BootConfiguration = {
      version: 1,
      root: { device: "LABEL=a", type: "ext4", options: "noatime", repair: false },
      timeout: 30,
      log: "debug",
    };

    const { settings } = read("root=LABEL=b rootfstype=xfs,ext4 earlyboot.log=error", configured);

    expect(settings.root).toEqual({ value: "LABEL=b", source: "command line" });
    expect(settings.rootTypes).toEqual({ value: ["xfs", "ext4"], source: "command line" });
    expect(settings.rootOptions).toEqual({ value: "noatime", source: "image" });
    expect(settings.repair).toEqual({ value: "no", source: "image" });
    expect(settings.rootWait).toEqual({ value: 30, source: "image" });
    expect(settings.log).toEqual({ value: "error", source: "command line" });
  });

  it.each([
    ["ro rw", false],
    ["rw ro", true],
    ["rw", false],
    ["", true],
  ])("takes the last of ro and rw: %j", (text, readOnly) => {
    expect(read(text).settings.readOnly.value).toBe(readOnly);
  });

  it.each([
    ["rootwait", undefined],
    ["rootwait=5", 5],
    ["rootwait=0", 0],
    ["earlyboot.timeout=7", 7],
    ["earlyboot.timeout=0", undefined],
    ["rootwait=5 earlyboot.timeout=7", 5],
  ])("waits for the root as long as %j says", (text, seconds) => {
    expect(read(text).settings.rootWait).toEqual({ value: seconds, source: "command line" });
  });

  it.each(["--root=/dev/sda1", "root=/dev/sda1"])("reads %j", (text) => {
    expect(read(text).settings.root?.value).toBe("/dev/sda1");
  });

  it.each(["earlyboot.load=/b.mjs", "--load=/b.mjs", "gnu.load=/b.mjs"])("reads %j", (text) => {
    expect(read(text).settings.load.value).toBe("/b.mjs");
  });

  it.each(["earlyboot.repl", "--repl", "gnu.repl"])("opens the REPL for %j", (text) => {
    expect(read(text).settings.repl.value).toBe(true);
  });

  it("collects blacklists of both names and of the image", () => {
    const configured: BootConfiguration = { version: 1, modules: { blacklist: ["pcspkr"] } };

    const { settings } = read("modprobe.blacklist=a,b module_blacklist=c", configured);

    expect(settings.blacklist.value).toEqual(["pcspkr", "a", "b", "c"]);
  });

  it("reads break points and names the nearest of one it does not know", () => {
    const { settings, warnings } = read("earlyboot.break=mount,swich");

    expect(settings.breaks.value).toEqual(["mount"]);
    expect(warnings).toEqual(["earlyboot.break=swich is ignored: did you mean switch?"]);
  });

  it.each([
    ["earlyboot.volatile", {}],
    ["earlyboot.volatile=512m", { size: "512m" }],
  ])("makes the root volatile for %j", (text, value) => {
    expect(read(text).settings.volatile).toEqual({ value, source: "command line" });
  });

  it("names the nearest parameter of one it does not know", () => {
    const { warnings } = read("earlyboot.volatil earlyboot.zzzzzzzzz quiet foo.bar=1");

    expect(warnings).toEqual([
      "earlyboot.volatil is not a parameter of earlyboot; did you mean earlyboot.volatile?",
      "earlyboot.zzzzzzzzz is not a parameter of earlyboot",
    ]);
  });

  it("says what it cannot read, and takes the next source", () => {
    const { settings, warnings } = read("rootdelay=soon fsck.mode=forc panic=x");

    expect(settings.rootDelay.value).toBe(0);
    expect(settings.checkMode.value).toBe("auto");
    expect(warnings).toHaveLength(3);
    expect(warnings[1]).toContain("did you mean force?");
  });

  it("escapes control characters of the command line in its warnings", () => {
    const { warnings } = read("earlyboot.\u001b[2Jx");

    expect(warnings[0]).toContain("\\x1b");
  });

  it("passes words on to the real init, less its own", () => {
    const { settings } = readBootSettings(parseCommandLine(""), image, [
      "single",
      "--repl",
      "--load=/x",
      "3",
    ]);

    expect(settings.initArguments).toEqual(["single", "3"]);
  });

  it("ignores what a locked image must ignore, and says so", () => {
    const locked: BootConfiguration = { version: 1, repl: { access: "off" } };

    const { settings, warnings } = read(
      "init=/bin/sh earlyboot.load=/x earlyboot.repl earlyboot.break=mount",
      locked,
    );

    expect(settings.init.value).toBeUndefined();
    expect(settings.load.value).toBeUndefined();
    expect(settings.repl.value).toBe(false);
    expect(settings.breaks.value).toEqual([]);
    expect(warnings).toHaveLength(4);
  });

  it("obeys init= in a locked image that allows it", () => {
    const locked: BootConfiguration = {
      version: 1,
      repl: { access: "off", allowCommandLine: true },
    };

    expect(read("init=/bin/sh", locked).settings.init.value).toBe("/bin/sh");
  });

  it("reports what it knows and does not act on yet", () => {
    const { settings } = read("resume=/dev/sda2 ip=dhcp noresume");

    expect(settings.reported).toEqual([
      { name: "resume", value: "/dev/sda2" },
      { name: "noresume", value: "" },
      { name: "ip", value: "dhcp" },
    ]);
  });
});

it("lists every parameter once", () => {
  const names = bootParameters.flatMap(({ name, aliases = [] }) => [name, ...aliases]);

  expect(new Set(names).size).toBe(names.length);
});
