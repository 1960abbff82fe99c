/** Prints what single calls cost, in µs: `node calls.js BACKEND`. */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const backend = process.argv[2] ?? "ffi-rs";
const buffer = new Uint8Array(120);

const calls = backend === "koffi" ? koffiCalls() : await ownCalls();
const results = Object.entries(calls).map(([name, call]) => [name, time(call)]);
process.stdout.write(JSON.stringify(Object.fromEntries(results)));

/** The C library as the adapter's own backends reach it, then whole calls of the adapter. */
async function ownCalls() {
  const { openLinux } = await import("../dist/index.js");
  const { findAddon } = await import("../src/addon-path.ts");
  const { openFfiRs } = await import("../src/backends/ffi-rs.ts");
  const { openNodeFfi } = await import("../src/backends/node-ffi.ts");
  const native = backend === "ffi-rs" ? openFfiRs(findAddon()) : openNodeFfi();
  const linux = openLinux({ backend });
  const none = { source: "a", target: "/none", type: "ext4" };
  return {
    "kill(0, 0)": () => native.call("kill", [0, 0]),
    "statfs(string, buffer)": () => native.call("statfs", ["/", buffer]),
    "mount(3 strings), ENOENT": () => native.call("mount", ["a", "/none", "ext4", 0, null]),
    "linux.kill": () => linux.kill(process.pid, 0),
    "linux.now": () => linux.now(),
    "linux.statfs": () => linux.statfs("/"),
    "linux.stat": () => linux.stat("/"),
    "linux.readText": () => linux.readText("/proc/sys/kernel/ostype"),
    "linux.mount, SyscallError": () => attempt(() => linux.mount(none)),
  };
}

function koffiCalls() {
  const koffi = require("koffi");
  const library = koffi.load(null);
  const kill = library.func("int kill(int, int)");
  const statfs = library.func("int statfs(const char *, void *)");
  const mount = library.func("int mount(const char *, const char *, const char *, long, void *)");
  return {
    "kill(0, 0)": () => kill(0, 0),
    "statfs(string, buffer)": () => statfs("/", buffer),
    "mount(3 strings), ENOENT": () => [mount("a", "/none", "ext4", 0, null), koffi.errno()],
  };
}

function attempt(run) {
  try {
    run();
  } catch {
    // The error is what is measured.
  }
}

/** The best of many rounds, each too short to be disturbed by what else the machine does. */
function time(call) {
  for (let i = 0; i < 5000; i++) call();
  const rounds = Array.from({ length: 200 }, () => {
    const before = performance.now();
    for (let i = 0; i < 100; i++) call();
    return (performance.now() - before) * 10;
  });
  return Math.min(...rounds);
}
