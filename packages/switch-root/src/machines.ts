/** Machines by their numbers in an ELF header, from `<linux/elf-em.h>`. */
const names: ReadonlyMap<number, string> = new Map([
  [3, "i386"],
  [40, "arm"],
  [62, "x86-64"],
  [183, "aarch64"],
  [243, "riscv"],
]);

/** 32-bit machines whose programs a 64-bit kernel may run too. */
const guests: ReadonlyMap<number, number> = new Map([
  [62, 3],
  [183, 40],
]);

/**
 * Says why a program for machine `program` cannot run where one for `running` does, or gives
 * `undefined` when it may: also when either of them is not known here.
 */
export function foreignMachine(program: number, running = 0): string | undefined {
  const [theirs, ours] = [names.get(program), names.get(running)];
  if (theirs === undefined || ours === undefined) return undefined;
  if (program === running || program === guests.get(running)) return undefined;
  return `is a program for ${theirs}, and this machine is ${ours}`;
}
