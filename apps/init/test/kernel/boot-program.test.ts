import { expect, it } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { programPath } from "./run-program.ts";

it.each(["boot.mjs", "boot.cjs"])("%s that failed and was mended runs", (name) => {
  const directory = mkdtempSync(join(tmpdir(), "earlyboot-program-"));
  const { stdout } = spawnSync(
    process.execPath,
    [programPath("mend-boot-program.ts"), join(directory, name)],
    { encoding: "utf8" },
  );
  rmSync(directory, { recursive: true });

  expect(stdout).toBe("Error: broken\nmended\n");
});
