import type { Architecture } from "./plan.ts";

/** What an ELF file for each machine has as its `e_machine`; see elf(5). */
export const elfMachine: Readonly<Record<Architecture, number>> = { arm64: 183, x64: 62 };
