import { accessSync, constants } from "node:fs";
import type { ProgramOptions } from "@earlyboot/initrd-image";
import { checkerFor } from "@earlyboot/fsck-runner";

/** The checkers of some types of file systems, as far as this machine, or one whose files are below `top`, has them. */
export function checkerPrograms(types: readonly string[], top = ""): ProgramOptions[] {
  return [...new Set(types.flatMap(programOf))].flatMap((program) => {
    const file = findProgram(program, top);
    const reason = `checks ${types.filter((type) => programOf(type).includes(program)).join(", ")}`;
    return file === undefined ? [] : [{ file, path: `/sbin/${program}`, reason }];
  });
}

/** The programs that are missing here for checking some types of file systems. */
export function missingCheckers(types: readonly string[], top = ""): string[] {
  return [...new Set(types.flatMap(programOf))].filter(
    (name) => findProgram(name, top) === undefined,
  );
}

function programOf(type: string): string[] {
  const program = checkerFor(type)?.program;
  return program === undefined ? [] : [program];
}

/** The path of a program of this machine, or of one whose files are below `top`. */
export function findProgram(name: string, top = ""): string | undefined {
  const directories = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin"];
  return directories.map((directory) => `${top}${directory}/${name}`).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
