import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { installBusybox, installKernel } from "./kernel.js";
import { installPackages } from "./machine.js";
import { packagesForBenchmark, packagesForStart, packagesForTests } from "./packages.js";
import { root } from "./places.js";
import { die, output, step } from "./say.js";

/** What a task can do without, saying so. */
const wantedBy = { test: packagesForTests, bench: packagesForBenchmark };

/** Brings the clone and the machine to where a task can run. Quiet when all is there. */
export async function setUp([task, ...options]) {
  try {
    await installNodeModules();
    await installPackages({
      needed: packagesForStart,
      wanted: wantedBy[task] ?? [],
    });
    await installBusybox();
    if (!options.includes("--no-kernel")) await installKernel("cloud");
    if (task === "test") await installKernel("generic", { optional: true });
    await build();
  } catch (error) {
    die(error.message);
  }
}

/** The npm packages, exactly as the lockfile says. */
async function installNodeModules() {
  const stamp = `${root}/node_modules/.earlyboot-lockfile`;
  const lockfile = ["pnpm-lock.yaml", "pnpm-workspace.yaml"].map((name) =>
    readFileSync(`${root}/${name}`),
  );
  const wanted = createHash("sha256").update(Buffer.concat(lockfile)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(stamp, { force: true });
  await step("Installing npm packages", () =>
    // CI: pnpm asks nothing, also when it wants to replace what another pnpm installed.
    output("env", [
      "CI=true",
      "npx",
      "--yes",
      "-p",
      `pnpm@${pnpmVersion()}`,
      "-c",
      "pnpm install --frozen-lockfile",
    ]),
  );
  writeFileSync(stamp, wanted);
}

function pnpmVersion() {
  return JSON.parse(readFileSync(`${root}/package.json`, "utf8")).packageManager.split("@")[1];
}

async function build() {
  await output("turbo", ["run", "build"]);
}
