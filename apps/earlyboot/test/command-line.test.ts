import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeCpio } from "@earlyboot/initrd-image";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { runCommandLine } from "../src/run-command-line.ts";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
/** An image whose configuration ends too soon. */
const damagedImage = writeCpio([
  { path: "etc", kind: "directory", mode: 0o755 },
  {
    path: "etc/earlyboot.json",
    kind: "file",
    mode: 0o644,
    content: Buffer.from('{"version": 1,'),
  },
]);

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
  writeFileSync(join(directory, "kernel"), Buffer.alloc(2048));
  writeFileSync(join(directory, "empty.img"), Buffer.alloc(1 << 20));
  writeFileSync(join(directory, "damaged.img"), damagedImage);
  const kernel = Buffer.alloc(2048);
  kernel.write("HdrS", 0x202);
  kernel.writeUInt16LE(0x100, 0x20e);
  kernel.write("6.1.0-test (somebody)\0", 0x300);
  writeFileSync(join(directory, "vmlinuz"), kernel);
});
afterEach(() => rmSync(directory, { recursive: true }));

function earlyboot(...words: readonly string[]) {
  return spawnSync(process.execPath, [main, ...words], { cwd: directory, encoding: "utf8" });
}

it.each([
  [["buidl"], 2, "Did you mean build?"],
  [["build", "--outptu", "x"], 2, "Did you mean --output?"],
  [["try", "--memory", "much"], 2, "It is not a number above 0."],
  [["plan", "--checker", "bad"], 2, "It is not an exit status, 0 to 255."],
  [["plan", "--bus", "nvme"], 1, "name its disks with --disk"],
  [["try", "--kernel", "none"], 1, "The kernel none cannot be read"],
  [["try", "--kernel", "kernel"], 1, "kernel is not a Linux kernel"],
  [
    ["try", "--kernel", "vmlinuz", "--root", "empty.img"],
    1,
    "There is no file system to boot into on empty.img",
  ],
  [
    ["try", "--kernel", "vmlinuz", "--root", "none.img"],
    1,
    "The disk image none.img cannot be read",
  ],
  [["try", "--kernel", "vmlinuz", "none.img"], 1, "There is no file none.img"],
  [["build", "-k", "6.1.0-none"], 1, "There are no modules of the kernel 6.1.0-none"],
  [["build", "--config", "none.json"], 1, "none.json does not load"],
  [["report", "none.json"], 1, "The boot report none.json cannot be read"],
  [["inspect", "empty.img"], 1, "empty.img"],
  [["plan", "damaged.img", "--disk", "."], 1, "The disk image . cannot be read: it is a directory"],
])("answers %j with status %d and a paragraph", (words, status, text) => {
  const result = earlyboot(...words);

  expect(result.stderr).toContain(text);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.status).toBe(status);
});

it("plans with the failure screen of a boot whose configuration is damaged", () => {
  const { stdout, stderr, status } = earlyboot("plan", "damaged.img", "--disk", "empty.img");

  expect(stderr).toBe("");
  expect(stdout).toContain("earlyboot: this machine did not boot.");
  expect(stdout).toContain("/etc/earlyboot.json cannot be read");
  expect(status).toBe(1);
});

it("loads a configuration in TypeScript that imports this package, wherever it lies", () => {
  writeFileSync(
    join(directory, "earlyboot.config.ts"),
    'import { defineConfig } from "@earlyboot/earlyboot";\nexport default defineConfig({ kernel: "6.1.0-mine" });\n',
  );

  expect(earlyboot("build").stderr).toContain("There are no modules of the kernel 6.1.0-mine");
});

it("writes a configuration that it can load, once", () => {
  expect(earlyboot("init").status).toBe(0);
  expect(earlyboot("build", "-k", "6.1.0-none").stderr).toContain("6.1.0-none");
  expect(earlyboot("init").stderr).toContain("already here");
});

it("fits its help into a narrow terminal", async () => {
  let help = "";
  const plain = (text: string) => text;

  const status = await runCommandLine(["try", "--help"], {
    line: () => {},
    write: (text) => (help += text),
    complain: () => {},
    columns: 60,
    isLive: false,
    style: { bold: plain, dim: plain, red: plain, green: plain, yellow: plain },
  });

  expect(status).toBe(0);
  const options = help.slice(help.indexOf("Options:"), help.indexOf("Changes to the disks"));
  expect(options.split("\n").filter((line) => line.length > 60)).toEqual([]);
});

it("prints its version", () => {
  expect(earlyboot("--version")).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

it.each(["init", "build", "tree", "inspect", "plan", "try", "report", "doctor", "completion"])(
  "shows examples in the help of %s",
  (command) => {
    const { status, stdout } = earlyboot(command, "--help");

    expect(status).toBe(0);
    expect(stdout).toMatch(/Examples?:\n {2}earlyboot /);
  },
);
