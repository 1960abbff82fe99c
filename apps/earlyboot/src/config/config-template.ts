import type { HostRoot } from "../build/host-root.ts";

/** The text of a configuration to begin with: every line that is commented out says the default. */
export function configTemplate(root: HostRoot | undefined): string {
  const here = root === undefined ? "" : ` Here it is ${root.source} (${root.type}).`;
  return `import { defineConfig } from "@earlyboot/earlyboot";

// What is commented out says the default. "earlyboot doctor" tells what this machine lacks.
export default defineConfig({
  // The version of the kernel, as "uname -r" prints it. Default: the running one's.
  // kernel: "6.12.0-1-amd64",

  // The type of the machine: "x64" or "arm64". Default: this one's.
  // architecture: "arm64",

  // "auto": what this machine has loaded or has hardware for.
  // "generic": all for disks, file systems, USB and keyboards; for an image that moves between machines.
  // A list: exactly these with what they need, loaded in this order.
  // modules: "auto",

  // The root file system. Default: what the kernel's command line says by root=.${here}
  // root: { device: "LABEL=system", type: "${root?.type ?? "ext4"}", options: "", repair: "preen" },

  // A root that can be written and forgets every change at power-off.
  // volatile: { size: "50%" },

  // What a failing boot does: "repl", "reboot", "poweroff", "halt" or "panic".
  // onFailure: "repl",

  // Who may use the REPL at the console: "open", "password" (with a hash) or "off".
  // repl: { access: "open" },

  // Seconds to wait for any device.
  // timeout: 180,

  // Programs and files of this machine to take along.
  // programs: ["/usr/bin/strace"],
  // files: [{ from: "./greeting.txt", to: "/etc/greeting" }],

  // A module of yours that exports \`before\` and \`after\`: functions by the names of stages. It is bundled with its imports.
  // hooks: "./hooks.ts",

  // "bare" makes an image half as large; what needs Node itself does not run on it.
  // host: "node",

  // "full" keeps all languages and encodings; "small" is for English only.
  // intl: "small",

  // Microcode of this machine's processors, where it is installed: "auto", "all" or "none".
  // microcode: "auto",

  // "zstd" makes the smallest image, "lz4" the one that is unpacked quickest.
  // compression: "zstd",

  // output: "/boot/initrd.img-earlyboot",
});
`;
}
