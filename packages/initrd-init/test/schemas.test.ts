import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import { Ajv, type AnySchema } from "ajv";
import { type BootConfiguration, readConfiguration } from "@earlyboot/initrd-init";
import { simulateLinux } from "@earlyboot/linux-syscalls/testing";
import { plainMachine, simulateBoot } from "./support/simulated-boot.ts";

const require = createRequire(import.meta.url);

function validator(name: string) {
  const schema: AnySchema = require(`@earlyboot/initrd-init/${name}.schema.json`);
  return new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);
}

describe("the schema of the boot report", () => {
  const validate = validator("boot-report");

  it.each([
    ["a boot that got through", "root=LABEL=root fsck.mode=force"],
    ["a volatile boot", "root=LABEL=root earlyboot.volatile"],
    ["a boot that failed", "root=LABEL=none rootwait=1"],
    ["a boot with strange words", "root=LABEL=root earlyboot.volatil=1 resume=/dev/x panic=y"],
  ])("accepts the report of %s", async (_, commandLine) => {
    const { report } = await simulateBoot({
      ...plainMachine,
      commandLine,
      programs: { "/sbin/e2fsck": { status: 1 } },
    });

    void validate(report);
    expect(validate.errors).toBeNull();
  });

  it("refuses something else", () => {
    expect(validate({ version: 1 })).toBe(false);
  });
});

describe("the schema of the configuration", () => {
  const validate = validator("boot-configuration");

  /** Every field at once: a field that the type has and the schema lacks would be refused. */
  const full: Required<BootConfiguration> = {
    version: 1,
    builder: "0.1.0",
    kernel: "6.1.0",
    modules: { load: ["virtio_blk"], coldplug: false, blacklist: ["pcspkr"] },
    root: {
      device: "LABEL=root",
      type: "ext4",
      options: "noatime",
      check: false,
      checkIfClean: true,
      repair: "preen",
    },
    fileSystems: [],
    volatile: { size: "1g", inodes: "10k", unionProgram: "/bin/unionfs" },
    network: { qemu: "auto" },
    repl: { access: "password", hash: "scrypt:16384:8:1:AA==:AA==", allowCommandLine: true },
    onFailure: "halt",
    timeout: 5,
    log: "debug",
    load: "/boot.mjs",
    init: "/sbin/init",
    runtimeInNewRoot: true,
    hooks: "/lib/earlyboot/hooks.mjs",
  };

  it("accepts every field, and the boot program reads it back", () => {
    void validate(full);
    expect(validate.errors).toBeNull();

    const linux = simulateLinux({ files: { "/etc/earlyboot.json": JSON.stringify(full) } });
    expect(readConfiguration(linux)).toEqual(full);
  });

  it.each([
    [{}],
    [{ version: 2 }],
    [{ version: 1, onFailure: "explode" }],
    [{ version: 1, colour: "red" }],
    [{ version: 1, repl: { access: "password" } }],
    [{ version: 1, root: {} }],
  ])("refuses %j", (value) => {
    expect(validate(value)).toBe(false);
  });
});

describe("readConfiguration", () => {
  it("gives the defaults of an image without one", () => {
    expect(readConfiguration(simulateLinux())).toEqual({ version: 1 });
  });

  it.each(["{", "[]", '{"version":2}', '{"version":1,"root":{"device":"/dev/sda","type":4}}'])(
    "locks an image with %j, and says why",
    async (text) => {
      const linux = simulateLinux({ files: { "/etc/earlyboot.json": text } });

      const configuration = readConfiguration(linux);
      const { console, replOpened } = await simulateBoot(plainMachine, configuration, {
        interactive: true,
        key: "x",
      });

      expect(configuration.repl).toEqual({ access: "off" });
      expect(console).toContain("/etc/earlyboot.json");
      expect(replOpened).toBe(0);
    },
  );
});
