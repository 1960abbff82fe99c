/**
 * Run as process 1 of an initramfs that `initramfs.sh` has made: ends the other processes, switches
 * the root to `/root` by the method that its argument names, prints, as JSON, what came of it, and
 * becomes the init that it finds there.
 */
import { errorCode } from "@earlyboot/linux-syscalls";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { endOtherProcesses, executeInit, switchRoot } from "@earlyboot/switch-root";

const linux = openLinux();
const pivot = process.argv[2] === "pivot";

await start("/bin/sleep", ["1000"], "plain");
await start("/bin/sleep", ["1000"], "@storage");
const listed = await start("/bin/sleep", ["1000"], "listed");
linux.writeFile("/run/earlyboot/do-not-kill", `${listed}\n`);
await startStubborn();

const processes = await endOtherProcesses(linux, { grace: 1000 });
const oldRoot = linux.open("/", { directory: true });
const result = switchRoot(linux, "/root", { pivot, init: "/start/init" });

const report = {
  spared: processes.spared.length,
  ended: processes.ended.length,
  killed: processes.killed.length,
  left: processes.left.length,
  result,
  initramfs: linux.readDirectoryAt(oldRoot).map(({ name }) => name),
  root: linux.readDirectory("/").map(({ name }) => name),
  kept: ["/precious", "/other/file", "/shared/file"].map((path) => linux.readText(path)),
  mounts: linux
    .readText("/proc/self/mountinfo")
    .split("\n")
    .map((line) => line.split(" ")[4]),
  oldInit: codeOf(() => linux.stat("/init")),
};
linux.write(1, new TextEncoder().encode(`REPORT ${JSON.stringify(report)}\n`));
executeInit(linux, "/start/init", ["single", "two words"]);

async function start(path: string, args: readonly string[], argv0: string): Promise<number> {
  const child = await linux.spawn({ path, arguments: args, argv0, streams: "null" });
  return child.pid;
}

/** A process that ignores SIGTERM; it says so before it is gone on with. */
async function startStubborn(): Promise<void> {
  const script = "trap '' TERM; echo ready; exec sleep 1000";
  await new Promise<void>((resolve) => {
    const onOutput = () => resolve();
    void linux.spawn({ path: "/bin/sh", arguments: ["-c", script], onOutput });
  });
}

function codeOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return errorCode(error);
  }
}
