import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@jest/globals";
import { smallPlan } from "../support/small-image.ts";
import { itWith, run, temporaryDirectories } from "../support/tools.ts";

const temporaryDirectory = temporaryDirectories();

const needs = ["unshare", ...(process.getuid?.() === 0 ? [] : ["root"])];

itWith(needs, "buildImage leaves the old image, and nothing else, on a disk that is full", () => {
  const directory = temporaryDirectory();
  const disk = join(directory, "disk");
  const [plan, options] = ["plan.json", "options.json"].map((name) => join(directory, name));
  writeFileSync(plan ?? "", JSON.stringify(smallPlan(directory)));
  writeFileSync(
    options ?? "",
    JSON.stringify({ output: join(disk, "image"), compression: "none" }),
  );
  const script = `
    mkdir "$1" && mount -t tmpfs -o size=1M tmpfs "$1" && echo the old image > "$1/image"
    "$2" "$3" "$4" "$5" 2>&1 | grep -o "ENOSPC: no space left on device" | head -1
    ls -A "$1"; cat "$1/image"`;
  const build = new URL("../support/build.js", import.meta.url).pathname;
  const files = [disk, process.execPath, build, plan ?? "", options ?? ""];

  const output = run("unshare", ["--mount", "sh", "-ec", script, "sh", ...files]);

  expect(output.toString()).toBe("ENOSPC: no space left on device\nimage\nthe old image\n");
});
