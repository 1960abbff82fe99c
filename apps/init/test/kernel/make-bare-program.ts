import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bundleForBare } from "../../bundle-for-bare.js";

const require = createRequire(import.meta.url);

/** Why nothing can be run on Bare here, but for the rights that it takes; `undefined` when it can. */
export function whyNoBare(): string | undefined {
  if (bareExecutable() === undefined) return "needs bare-runtime-linux-x64";
  return spawnSync("readelf", ["--version"]).status === 0 ? undefined : "needs readelf";
}

/** Makes an executable of Bare that runs a file of the folder `programs`, with what goes with it in `directory`. */
export async function makeBareProgram(name: string, directory: string): Promise<string> {
  mkdirSync(directory, { recursive: true });
  const bundle = join(directory, `${name}.js`);
  await bundleForBare(`test/kernel/programs/${name}`, bundle, "iife");
  for (const addon of ["bare-fs", "code-cache"]) {
    const built = join(import.meta.dirname, `../../dist/${addon}-x64.bare`);
    copyFileSync(built, join(directory, `${addon}.bare`));
  }
  copyFileSync(ffiRs(), join(directory, "ffi-rs.node"));
  const program = join(directory, name);
  const script = readFileSync(bundle, "utf8").replaceAll("/lib/earlyboot", directory);
  writeFileSync(program, withScript(bareExecutable() ?? "", script), { mode: 0o755 });
  return program;
}

function bareExecutable(): string | undefined {
  try {
    return join(dirname(require.resolve("bare-runtime-linux-x64/package")), "bin/bare");
  } catch {
    return undefined;
  }
}

/** The addon that linux-syscalls-ffi depends on. */
function ffiRs(): string {
  const adapter = createRequire(require.resolve("@earlyboot/linux-syscalls-ffi"));
  return adapter.resolve("@yuuang/ffi-rs-linux-x64-gnu");
}

/** Bare with a script in place of its first one, and what goes with it in place of its bundle, as in an image. */
function withScript(bare: string, script: string): Uint8Array {
  const executable = readFileSync(bare);
  const place = placesIn(bare);
  const { offset, size } = place("bare_js");
  const later = readFileSync(join(import.meta.dirname, "../../dist/later.bare.cjs"));
  const theirs = Buffer.from(executable.subarray(offset, offset + size));
  const contents = {
    bare_js: Buffer.from(script),
    bare_bundle: Buffer.concat([later, Buffer.alloc(1), theirs]),
  };
  for (const [name, content] of Object.entries(contents)) {
    const room = place(name);
    executable.fill(0, room.offset, room.offset + room.size);
    executable.set(content, room.offset);
    executable.writeBigUInt64LE(BigInt(content.length), place(`${name}_len`).offset);
  }
  return executable;
}

/** Where readelf(1) says that an object of the section `.data` is in the file. */
function placesIn(bare: string) {
  const options = { encoding: "utf8", maxBuffer: 2 ** 28 } as const;
  const told = execFileSync("readelf", ["-W", "-S", "--dyn-syms", bare], options);
  const [, address = "", offset = ""] = / \.data +PROGBITS +(\w+) (\w+)/.exec(told) ?? [];
  const distance = Number.parseInt(offset, 16) - Number.parseInt(address, 16);
  return (name: string) => {
    const symbol = new RegExp(`: (\\w+) +(\\w+) OBJECT .* ${name}$`, "m").exec(told);
    const [, value = "", size = ""] = symbol ?? [];
    return { offset: Number.parseInt(value, 16) + distance, size: Number(size) };
  };
}
