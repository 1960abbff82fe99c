/**
 * Run in namespaces of its own on a normal system: asks for the root to be switched to the directory
 * that its argument names, and prints, as JSON, what came of it and the mounts before and after.
 */
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { SwitchRootRefusedError, switchRoot } from "@earlyboot/switch-root";

const linux = openLinux();
const [newRoot = ""] = process.argv.slice(2);
const mounts = () => linux.readText("/proc/self/mountinfo");
const names = () => linux.readDirectory(newRoot).map(({ name }) => name);

const before = { mounts: mounts(), names: names() };
let reasons: readonly string[] = [];
try {
  switchRoot(linux, newRoot);
} catch (error) {
  if (!(error instanceof SwitchRootRefusedError)) throw error;
  reasons = error.reasons;
}
const after = { mounts: mounts(), names: names() };
console.log(JSON.stringify({ reasons, before, after }));
