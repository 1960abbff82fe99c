import { elfMachine } from "./elf-machine.ts";
import { ImageError } from "./image-error.ts";
import { launcherCode } from "./launcher-code.ts";
import type { Architecture } from "./plan.ts";

/** What the launcher becomes. */
export interface LauncherOptions {
  readonly architecture: Architecture;
  /** The program's absolute path, then its arguments; those of the launcher itself follow them. */
  readonly words: readonly string[];
  /** The whole environment. Nothing of the launcher's own is passed on. */
  readonly environment: Readonly<Record<string, string>>;
}

/** As in the sources below `launcher/`: room for this many pointers, less what the kernel could add. */
const mostWords = 1000;
const headers = 64 + 56;
const loadAddress = 0x40_0000;

/**
 * Makes a static ELF program that replaces itself by another one, with given arguments and a given
 * environment, so that nothing the kernel took from its command line reaches that program as a variable.
 *
 * When execve(2) fails it says so on standard error and exits with status 127.
 *
 * @throws ImageError `bad-option`: an empty word, or too many.
 */
export function makeLauncher({ architecture, words, environment }: LauncherOptions): Uint8Array {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  checkWords([...words, ...variables]);
  const text = [...words, "", ...variables, ""].map((word) => `${word}\0`).join("");
  const body = Buffer.concat([Buffer.from(launcherCode[architecture], "hex"), Buffer.from(text)]);
  return Buffer.concat([elfHeaders(architecture, headers + body.length), body]);
}

function checkWords(words: readonly string[]): void {
  if (words.length > mostWords) {
    throw new ImageError(
      "bad-option",
      `the launcher takes ${mostWords} words, got ${words.length}`,
    );
  }
  const bad = words.find((word) => word === "" || word.includes("\0"));
  if (bad !== undefined) {
    throw new ImageError("bad-option", "a word for the launcher is empty or contains a NUL");
  }
}

/** The headers of elf(5): one segment, read and executed, that holds the whole file. */
function elfHeaders(architecture: Architecture, size: number): Uint8Array {
  const header = Buffer.alloc(headers);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(2, 16); // e_type: ET_EXEC
  header.writeUInt16LE(elfMachine[architecture], 18);
  header.writeUInt32LE(1, 20); // e_version
  header.writeBigUInt64LE(BigInt(loadAddress + headers), 24); // e_entry
  header.writeBigUInt64LE(64n, 32); // e_phoff
  header.writeUInt16LE(64, 52); // e_ehsize
  header.writeUInt16LE(56, 54); // e_phentsize
  header.writeUInt16LE(1, 56); // e_phnum
  header.writeUInt32LE(1, 64); // p_type: PT_LOAD
  header.writeUInt32LE(5, 68); // p_flags: PF_R | PF_X
  header.writeBigUInt64LE(BigInt(loadAddress), 80); // p_vaddr
  header.writeBigUInt64LE(BigInt(loadAddress), 88); // p_paddr
  header.writeBigUInt64LE(BigInt(size), 96); // p_filesz
  header.writeBigUInt64LE(BigInt(size), 104); // p_memsz
  header.writeBigUInt64LE(0x10000n, 112); // p_align: pages of 64 KiB too
  return header;
}
