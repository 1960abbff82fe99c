import { lstatSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeTree } from "@earlyboot/initrd-image";
import { describe, expect, it } from "@jest/globals";
import { smallPlan } from "./support/small-image.ts";
import { run, temporaryDirectories } from "./support/tools.ts";

const temporaryDirectory = temporaryDirectories();

describe("writeTree", () => {
  it("writes the plan as files, with its permissions and times, whatever the umask", async () => {
    const directory = join(temporaryDirectory(), "tree");
    const plan = smallPlan(temporaryDirectory(), { modified: 1_700_000_000 });
    const before = process.umask(0o077);

    const { skipped } = await writeTree(plan, directory).finally(() => process.umask(before));

    expect(skipped).toEqual(["/dev/console", "/dev/null"]);
    for (const { path, mode, kind } of plan.entries.filter(
      (entry) => !skipped.includes(entry.path),
    )) {
      const status = lstatSync(join(directory, path));
      const expected = { mode: kind === "link" ? 0o777 : mode, seconds: 1_700_000_000 };
      expect({ mode: status.mode & 0o7777, seconds: status.mtimeMs / 1000 }).toEqual(expected);
    }
  });

  it("writes programs that run from there", async () => {
    const directory = join(temporaryDirectory(), "tree");

    await writeTree(smallPlan(temporaryDirectory()), directory);

    expect(run(join(directory, "bin/node"), ["-c", "echo stripped"]).toString()).toBe("stripped\n");
    expect(readFileSync(join(directory, "etc/earlyboot.json"), "utf8")).toBe(
      '{\n  "version": 1\n}\n',
    );
  });

  it("refuses a directory that is not empty", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");

    await expect(writeTree(smallPlan(temporaryDirectory()), directory)).rejects.toMatchObject({
      code: "bad-option",
      message: `${directory} is not empty: name a new directory for the tree`,
    });
  });

  it("makes the directories above, and says where none can be made", async () => {
    const directory = join(temporaryDirectory(), "a", "b", "tree");
    const plan = smallPlan(temporaryDirectory());

    await writeTree(plan, directory);

    expect(readdirSync(directory)).toContain("init");
    await expect(writeTree(plan, "/proc/none/tree")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
