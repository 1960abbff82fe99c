import { SyscallError } from "@earlyboot/linux-syscalls";

import { type Answer, type Backend, checkArguments } from "./backend.ts";
import type { Arguments, FunctionName, Result } from "./signatures.ts";

/** What an error says besides the call: its objects, and another name for the call. */
export interface Subject {
  readonly path?: string | undefined;
  readonly dest?: string | undefined;
  readonly as?: string;
}

/** The C library with the table's types, whose failures are thrown as `SyscallError`. */
export interface Kernel {
  /** Calls a function; the result -1 becomes a `SyscallError`. */
  call<Name extends FunctionName>(
    name: Name,
    args: Arguments<Name>,
    subject?: Subject,
  ): Result<Name>;
  /** The same on another thread, for a call that may take long. */
  callAside<Name extends FunctionName>(
    name: Name,
    args: Arguments<Name>,
    subject?: Subject,
  ): Promise<Result<Name>>;
  /** Where `bytes` begin in memory; good for as long as the caller keeps them. */
  addressOf(bytes: Uint8Array): bigint;
  /** How many calls were made after which a path may lead elsewhere. */
  mountChanges(): number;
}

/** The C library as `backend` reaches it. */
export function kernelOf(backend: Backend): Kernel {
  let changes = 0;
  return {
    addressOf: (bytes) => backend.addressOf(bytes),
    mountChanges: () => changes,
    call(name, args, subject) {
      checkArguments(name, args);
      if (mountCalls.has(name)) changes++;
      return resultOf(name, backend.call(name, args), subject);
    },
    async callAside(name, args, subject) {
      checkArguments(name, args);
      return resultOf(name, await backend.callAside(name, args), subject);
    },
  };
}

/** After these the same path may lead elsewhere. */
const mountCalls: ReadonlySet<FunctionName> = new Set(["chroot", "mount", "pivot_root", "umount2"]);

function resultOf<Name extends FunctionName>(
  name: Name,
  { value, errno }: Answer,
  { as = name, path, dest }: Subject = {},
): Result<Name> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table says which it is
  if (value !== -1 && value !== -1n) return value as Result<Name>;
  throw new SyscallError({ error: errno, syscall: as, path, dest });
}
