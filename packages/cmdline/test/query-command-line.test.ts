import { describe, expect, it } from "@jest/globals";
import { simulateLinux } from "@earlyboot/linux-syscalls/testing";
import {
  allValues,
  commandLineWords,
  findLongOption,
  findLongOptions,
  hasParameter,
  lastValue,
  moduleParameters,
  parseCommandLine,
  readCommandLine,
  sameName,
} from "@earlyboot/cmdline";

const line = parseCommandLine(
  "quiet console=tty0 root=/dev/vda1 console=ttyS0 log-buf-len=1M fsck_mode quiet=",
);

describe("lastValue", () => {
  it("gives the value that counts", () => {
    expect(lastValue(line, "console")).toBe("ttyS0");
    expect(lastValue(line, "root")).toBe("/dev/vda1");
  });

  it("takes - and _ for the same", () => {
    expect(lastValue(line, "log_buf_len")).toBe("1M");
    expect(lastValue(line, "log-buf_len")).toBe("1M");
  });

  it("tells no value from an empty one", () => {
    expect(lastValue(line, "fsck-mode")).toBeUndefined();
    expect(lastValue(line, "missing")).toBeUndefined();
    expect(lastValue(line, "quiet")).toBe("");
  });
});

describe("allValues", () => {
  it("gives them in order", () => {
    expect(allValues(line, "console")).toEqual(["tty0", "ttyS0"]);
    expect(allValues(line, "fsck_mode")).toEqual([]);
  });
});

describe("hasParameter", () => {
  it.each([
    ["quiet", true],
    ["fsck-mode", true],
    ["console", true],
    ["debug", false],
    ["Quiet", false],
  ])("tells whether there is %s: %j", (name, is) => {
    expect(hasParameter(line, name)).toBe(is);
  });

  it("does not look behind --", () => {
    expect(hasParameter(parseCommandLine("a -- b"), "b")).toBe(false);
  });
});

describe("moduleParameters", () => {
  const words = parseCommandLine(
    'snd-hda.model=a snd_hda.power-save=0 usb.x=1 snd_hda.power_save=1 snd-hda.dyndbg "snd_hda.t=a b" snd_hda.=x',
  );

  it("gives the words of one module, the last of each name, quoted where needed", () => {
    expect(moduleParameters(words, "snd_hda")).toEqual([
      "model=a",
      "power_save=1",
      "dyndbg",
      't="a b"',
    ]);
    expect(moduleParameters(words, "snd-hda")).toEqual(moduleParameters(words, "snd_hda"));
  });

  it("gives nothing for others", () => {
    expect(moduleParameters(words, "snd")).toEqual([]);
  });

  it("leaves out what no parameter of a module can be", () => {
    expect(moduleParameters(parseCommandLine("a.b=1 a.-- a."), "a")).toEqual(["b=1"]);
  });

  it("keeps further dots in the name", () => {
    expect(moduleParameters(parseCommandLine("a.b.c=1"), "a")).toEqual(["b.c=1"]);
  });
});

describe("commandLineWords", () => {
  it("splits at blanks and at nothing else", () => {
    expect(commandLineWords(' a\t"b c"=d\n--  e\n')).toEqual(["a", '"b', 'c"=d', "--", "e"]);
    expect(commandLineWords(" \n")).toEqual([]);
  });
});

describe("findLongOption", () => {
  const words = commandLineWords("--load=/a=b --root --load=/c --loader=x");

  it("gives the first value", () => {
    expect(findLongOption("--load", words)).toBe("/a=b");
    expect(findLongOption("--root", words)).toBeUndefined();
    expect(findLongOption("load", words)).toBeUndefined();
  });

  it("gives all values", () => {
    expect(findLongOptions("--load", words)).toEqual(["/a=b", "/c"]);
    expect(findLongOptions("--save", words)).toEqual([]);
  });
});

describe("sameName", () => {
  it("takes - and _ for the same", () => {
    expect(sameName("a-b_c", "a_b-c")).toBe(true);
    expect(sameName("a-b", "ab")).toBe(false);
  });
});

describe("readCommandLine", () => {
  it("reads /proc/cmdline", () => {
    const linux = simulateLinux({ commandLine: "quiet -- single" });

    expect(readCommandLine(linux)).toMatchObject({
      parameters: [{ name: "quiet" }],
      initArguments: ["single"],
    });
  });

  it("throws what the kernel answers where /proc is not mounted", () => {
    expect(() => readCommandLine(simulateLinux({ start: "bare" }))).toThrow(
      expect.objectContaining({ code: "ENOENT", path: "/proc/cmdline" }),
    );
  });
});
