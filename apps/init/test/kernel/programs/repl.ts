/** Opens the boot program's REPL on the terminal that is its standard input, with a shell as `.sh`. */
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { createHostUi } from "../../../src/host.ts";

const linux = openLinux();

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
process.stdout.write("left\n");
