import { describe, expect, it } from "@jest/globals";

import { parseModprobeConfiguration } from "@earlyboot/kernel-modules";

function parse(text: string) {
  return parseModprobeConfiguration([{ path: "/etc/modprobe.d/a.conf", text }]);
}

describe("parseModprobeConfiguration", () => {
  it("reads options, aliases, blacklists, soft and weak dependencies", () => {
    const read = parse(`
# a comment
options snd-hda-intel power_save=1 model="a b"
options snd_hda_intel index=2
alias eth* e1000-new
blacklist pc-speaker
softdep my-fs pre: crc32c xxhash post: helper
softdep my_fs pre: sha256
weakdep phy-user phy-a phy-b
`);

    expect(read.problems).toEqual([]);
    expect(read.options).toEqual([
      ["snd_hda_intel", 'power_save=1 model="a b"'],
      ["snd_hda_intel", "index=2"],
    ]);
    expect(read.aliases).toEqual([["eth*", "e1000_new"]]);
    expect([...read.blacklist]).toEqual(["pc_speaker"]);
    expect(read.softDependencies.get("my_fs")).toEqual({
      before: ["crc32c", "xxhash", "sha256"],
      after: ["helper"],
    });
    expect(read.weakDependencies.get("phy_user")).toEqual(["phy-a", "phy-b"]);
  });

  it("joins lines that end in a backslash", () => {
    expect(parse("softdep a pre: b \\\n  c\n").softDependencies.get("a")?.before).toEqual([
      "b",
      "c",
    ]);
  });

  it("takes backslashes and ends of lines away, and nothing in their place, as kmod does", () => {
    const read = parse("options a b=1\\\n2 c=x\\\\y\n# d \\\nblacklist e\nblacklist f\\\\\nnone");

    expect(read.options).toEqual([["a", String.raw`b=12 c=x\y`]]);
    expect([...read.blacklist]).toEqual(["f\\"]);
    expect(read.problems).toEqual(["/etc/modprobe.d/a.conf:6: none: unknown command 'none'"]);
  });

  it("ignores words of a softdep before pre: and post:, as kmod does", () => {
    expect(parse("softdep cifs gcm\n").softDependencies.get("cifs")).toEqual({
      before: [],
      after: [],
    });
  });

  it("does not follow install and remove, and says where they are", () => {
    const read = parse("\ninstall usb-storage /bin/false\nremove dummy /bin/true\n");

    expect(read.problems).toEqual([
      "/etc/modprobe.d/a.conf:2: install usb-storage /bin/false: no command is run for a module, so it is not loaded",
      "/etc/modprobe.d/a.conf:3: remove dummy /bin/true: no command is run for a module",
    ]);
    expect([...read.refused.keys()]).toEqual(["usb_storage"]);
  });

  it.each([
    ["optoins a b=1", "unknown command 'optoins'; did you mean 'options'?"],
    ["include x", "unknown command 'include'"],
    ["options a", "options need a module and its parameters"],
    ["alias a", "an alias needs a pattern and a module"],
    ["blacklist", "blacklist needs a module"],
    ["\u001b[2J x", "unknown command '\\x1b[2J'"],
  ])("says what is wrong with %j", (line, problem) => {
    const [message = ""] = parse(line).problems;

    expect(message).toMatch(/^\/etc\/modprobe\.d\/a\.conf:1: /);
    expect(message.endsWith(problem)).toBe(true);
  });
});
