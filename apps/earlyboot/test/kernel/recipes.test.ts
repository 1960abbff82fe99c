import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { findProgram } from "../../src/build/checker-programs.ts";
import { testKernel } from "../support/boot-environment.ts";
import { run } from "../support/make-disks.ts";
import { recipe } from "../support/recipes.ts";

const clone = fileURLToPath(new URL("../../../..", import.meta.url));
const kernel = testKernel();
const missing = [
  ...["unshare", "run-parts"].filter((program) => findProgram(program) === undefined),
  ...(kernel === undefined ? ["a kernel"] : []),
  ...(process.getuid?.() === 0 ? [] : ["root"]),
];
const itHere = missing.length === 0 ? it : it.skip;
const reason = missing.length === 0 ? "" : ` (skipped: needs ${missing.join(", ")})`;

itHere(
  `the scripts for Debian build an image with its kernel, and remove it with its kernel${reason}`,
  () => {
    const directory = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
    for (const name of ["postinst.d", "postrm.d"]) {
      mkdirSync(join(directory, name));
      writeFileSync(join(directory, name, "zz-earlyboot"), recipe(`/etc/kernel/${name}/`), {
        mode: 0o755,
      });
    }
    // It is found where the scripts run; a quick compression will do.
    writeFileSync(join(directory, "earlyboot.config.json"), '{ "compression": "lz4" }');
    const { version = "", modules = "" } = kernel ?? {};
    const script = `
      mount --bind "$2" /lib/modules && mount -t tmpfs tmpfs /boot && mount -t tmpfs tmpfs /opt
      ln -s "$3" /opt/earlyboot && cd "$1"
      run-parts --arg="$4" --arg="/boot/vmlinuz-$4" postinst.d > log 2>&1
      ls /boot && stat -c %a /boot/*
      run-parts --arg="$4" --arg="/boot/vmlinuz-$4" postrm.d && ls /boot`;

    const places = [directory, dirname(modules), clone, version];
    const output = run("unshare", ["--mount", "sh", "-ec", script, "sh", ...places]);
    rmSync(directory, { recursive: true });

    expect(output).toBe(`earlyboot-${version}.img\n600\n`);
  },
  300_000,
);
