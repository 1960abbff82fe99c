/**
 * Run in a network namespace of its own: configures the interface that its first argument names, with
 * the second as resolver file, and prints, as JSON, what came of it.
 */
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { configureQemuNetworking } from "@earlyboot/qemu-net";

const [name = "", resolverFile = ""] = process.argv.slice(2);
const linux = openLinux();
const lines: string[] = [];
const up = configureQemuNetworking(linux, name, {
  resolverFile,
  onMessage: (line) => lines.push(line),
});
console.log(JSON.stringify({ up, lines, routes: linux.readText("/proc/net/route") }));
