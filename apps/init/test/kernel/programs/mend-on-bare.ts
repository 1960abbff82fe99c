// oxlint-disable-next-line import/no-unassigned-import -- the globals must be there before all else
import "../../../src/bare/install-globals.ts";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { consoleOn, writeAll } from "../../../src/bare/console.ts";
import { core } from "../../../src/bare/core.ts";
import { createHostUi } from "../../../src/bare/host.ts";
import { closeSync, constants, openSync, writeSync } from "../../../src/bare/node-fs.ts";
import { scriptsIn } from "../../../src/bare/scripts.ts";

// Writes each text behind the addon to the boot program that is named before it, and runs it.

Object.assign(core, { onexit: () => undefined, onbeforeexit: () => undefined });

core.load = (_name, bundle) => {
  const scripts = scriptsIn(bundle);
  Object.assign(globalThis, { console: consoleOn(scripts) });
  void runAll(scripts);
};

async function runAll(scripts: ReturnType<typeof scriptsIn>): Promise<void> {
  const [, addon = "", ...words] = core.argv;
  const ui = createHostUi(openLinux({ addon }), scripts);
  for (let i = 0; i < words.length; i += 2) {
    const [file = "", text = ""] = words.slice(i);
    writeFile(file, text);
    try {
      await ui.runProgram(file);
    } catch (error) {
      writeAll(1, `${String(error)}\n`);
    }
  }
}

function writeFile(path: string, text: string): void {
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC);
  writeSync(descriptor, Buffer.from(text));
  closeSync(descriptor);
}
