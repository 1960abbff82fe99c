// oxlint-disable-next-line import/no-unassigned-import -- the globals must be there before all else
import "../../../src/bare/install-globals.ts";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { conformanceScenarios, observe, randomScenario } from "@earlyboot/linux-syscalls/testing";
import { writeAll } from "../../../src/bare/console.ts";
import { core } from "../../../src/bare/core.ts";

// Plays the scenarios that its arguments name behind the addon, in namespaces of its own, and prints what it saw.

const end = (error: unknown) =>
  writeAll(2, `${error instanceof Error ? error.stack : String(error)}\n`);

Object.assign(core, {
  onexit: () => undefined,
  onbeforeexit: () => undefined,
  onuncaughtexception: end,
  onunhandledrejection: end,
});

core.load = () => void play().catch(end);

async function play(): Promise<void> {
  // In a new PID namespace, and so in new namespaces, only.
  if (core.pid !== 1) throw new Error("this program changes mounts: start it by unshare(1)");
  const [, addon = "", ...titles] = core.argv;
  const linux = openLinux({ addon });
  linux.mount({ source: "conformance", target: "/mnt", type: "tmpfs" });
  const isMounted = () => linux.readText("/proc/self/mountinfo").includes(" /mnt/base ");
  for (const title of titles) {
    const seed = Number(/^random things, seed (\d+)$/.exec(title)?.[1]);
    const scenario =
      conformanceScenarios.find((each) => each.title === title) ?? randomScenario(seed);
    linux.mkdir("/mnt/base");
    const seen = await observe(linux, "/mnt/base", scenario);
    writeAll(1, `${JSON.stringify([title, seen])}\n`);
    if (scenario.alone === true) return;
    linux.chdir("/");
    while (isMounted()) linux.umount2("/mnt/base", 2);
    linux.rmdir("/mnt/base");
  }
}
