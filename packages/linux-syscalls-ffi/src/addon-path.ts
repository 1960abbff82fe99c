import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where this package lies; `import.meta` is empty in a bundle of CommonJS, which has `__dirname`. */
const packageDirectory: string = import.meta.dirname ?? __dirname;

/**
 * The `.node` file of ffi-rs for this machine: beside the running bundle or script, as in an
 * image, or else in the optional dependency that npm has installed.
 *
 * @throws Error when there is none, or none for this kind of machine.
 */
export function findAddon(): string {
  const { arch, argv } = process;
  if (arch !== "x64" && arch !== "arm64") {
    throw new Error(`ffi-rs: this machine is ${arch}; there is support for x64 and arm64`);
  }
  const name = `ffi-rs.linux-${arch}-gnu.node`;
  const beside = [packageDirectory, dirname(argv[1] ?? "/")].map((place) => join(place, name));
  return beside.find((file) => existsSync(file)) ?? installed(`@yuuang/ffi-rs-linux-${arch}-gnu`);
}

function installed(dependency: string): string {
  try {
    const { createRequire } = process.getBuiltinModule("node:module");
    return createRequire(join(packageDirectory, "index.js")).resolve(dependency);
  } catch (cause) {
    const advice = "install it, put its .node file beside the program, or give `addon`";
    throw new Error(`ffi-rs: ${dependency} is not installed; ${advice}`, { cause });
  }
}
