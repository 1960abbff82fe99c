/** Runs the boot program that its argument names, which fails, mends it, and runs it again. */
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { writeFileSync } from "node:fs";
import { createHostUi } from "../../../src/host.ts";

const [, , file = ""] = process.argv;
const ui = createHostUi(openLinux());
for (const text of ['throw new Error("broken");', 'console.log("mended");']) {
  writeFileSync(file, text);
  await ui.runProgram(file).catch((error: unknown) => console.log(String(error)));
}
