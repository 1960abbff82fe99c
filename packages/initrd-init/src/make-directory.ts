import { type Linux, errorCode } from "@earlyboot/linux-syscalls";

/**
 * Makes a directory and those above it, as far as they are missing.
 *
 * @throws SyscallError
 */
export function makeDirectory(linux: Pick<Linux, "mkdir">, path: string): void {
  const names = path.split("/").filter((name) => name !== "");
  for (const [place] of names.entries()) {
    try {
      linux.mkdir(`/${names.slice(0, place + 1).join("/")}`, 0o755);
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
  }
}
