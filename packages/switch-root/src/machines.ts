/** Machines by their numbers in an ELF header, from `<linux/elf-em.h>`. */
const names: ReadonlyMap<number, string> = new Map([
  [3, "i386"],
  [8, "mips"],
  [20, "powerpc"],
  [21, "powerpc64"],
  [22, "s390"],
  [40, "arm"],
  [62, "x86-64"],
  [183, "aarch64"],
  [243, "riscv"],
  [258, "loongarch"],
]);

/** 32-bit machines whose programs a 64-bit kernel may run too. */
const guests: ReadonlyMap<number, number> = new Map([
  [21, 20],
  [62, 3],
  [183, 40],
]);

/**
 * Says why a program for machine `program` cannot run where one for `running` does, or gives
 * `undefined` when it may: also when it is not known what runs here.
 */
export function foreignMachine(program: number, running?: number): string | undefined {
  if (running === undefined || program === running || program === guests.get(running)) {
    return undefined;
  }
  return `is a program for ${nameOf(program)}, and this machine is ${nameOf(running)}`;
}

function nameOf(machine: number): string {
  return names.get(machine) ?? `machine ${machine}`;
}
