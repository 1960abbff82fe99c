import {
  moduleImage,
  simulateLinux,
  type FileTree,
  type SimulatedLinux,
  type SimulationOptions,
} from "@earlyboot/linux-syscalls/testing";

import { readModuleIndex, type ModuleIndex } from "@earlyboot/kernel-modules";

/** The release that a simulated kernel has. */
export const release = "6.12.0-simulated";
/** Where its modules are. */
export const modules = `/lib/modules/${release}`;

/** The files of modules, by name: what each needs, all the way down, the last first, as depmod writes it. */
function moduleFiles(needs: Readonly<Record<string, string>>): FileTree {
  const path = (name: string) => `kernel/${name}.ko`;
  const lines = Object.entries(needs).map(([name, others]) =>
    [`${path(name)}:`, ...words(others).map(path)].join(" "),
  );
  const files = Object.entries(needs).map(([name, others]) => [
    `${modules}/${path(name)}`,
    moduleImage({
      name: name.replaceAll("-", "_"),
      depends: words(others).join(",").replaceAll("-", "_"),
      vermagic: `${release} SMP mod_unload `,
    }),
  ]);
  return { [`${modules}/modules.dep`]: `${lines.join("\n")}\n`, ...Object.fromEntries(files) };
}

/** A simulated machine with modules, and their index. */
export function machineWith(
  needs: Readonly<Record<string, string>>,
  files: FileTree = {},
  options: SimulationOptions = {},
): { linux: SimulatedLinux; index: ModuleIndex } {
  const linux = simulateLinux({ ...options, files: { ...moduleFiles(needs), ...files } });
  return { linux, index: readModuleIndex(linux, modules) };
}

function words(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}
