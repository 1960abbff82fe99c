/**
 * Run as process 1 of an initramfs that `programs/initramfs.sh` has made: switches the root to
 * `/root`, prints, as JSON, what came of it, and becomes the init that it finds there.
 */
import { errorCode } from "@earlyboot/linux-syscalls";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { endOtherProcesses, executeInit, switchRoot } from "@earlyboot/switch-root";

const linux = openLinux();
const pivot = process.argv[2] === "pivot";
linux.writeFile("/run/earlyboot/do-not-kill", `${process.argv[3]}\n`);

const processes = await endOtherProcesses(linux, { grace: 5000 });
const oldRoot = linux.open("/", { directory: true });
const result = switchRoot(linux, "/root", { pivot, init: "/sbin/init" });

const report = {
  processes,
  result,
  left: linux.readDirectoryAt(oldRoot).map(({ name }) => name),
  root: linux.readDirectory("/").map(({ name }) => name),
  precious: linux.readText("/precious"),
  other: linux.readText("/other/file"),
  shared: linux.readText("/shared/file"),
  mounted: linux.readText("/proc/self/mountinfo").split("\n").map((line) => line.split(" ")[4]),
  missing: codeOf(() => linux.stat("/init")),
};
linux.write(1, new TextEncoder().encode(`${JSON.stringify(report)}\n`));
executeInit(linux, "/sbin/init", ["single", "two words"]);

function codeOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return errorCode(error);
  }
}
