/**
 * Opens the boot program's REPL on the terminal that is its standard input, with a shell as `.sh`. When it
 * is left, makes the file that is named, if one is.
 */
import { writeFileSync } from "node:fs";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { createHostUi } from "../../../src/host.ts";

const linux = openLinux();
// As for process 1, which no hang-up ends.
process.on("SIGHUP", () => {});

await createHostUi(linux).runRepl({
  names: {},
  help: "",
  commands: [
    {
      name: "sh",
      help: "a shell",
      run: async () => {
        const environment = { PATH: "/usr/bin:/bin", PS1: "shell> " };
        await (
          await linux.spawn({ path: "/bin/sh", environment })
        ).exited;
        return {};
      },
    },
  ],
});
const [, , file] = process.argv;
if (file === undefined) process.stdout.write("left\n");
else writeFileSync(file, "");
