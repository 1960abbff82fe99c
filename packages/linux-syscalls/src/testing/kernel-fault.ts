/** What a part of the simulated kernel throws; the outer layer makes it a `SyscallError`. */
export class KernelFault extends Error {
  override readonly name: string = "KernelFault";
  /** The name of the error: `"ENOENT"`. */
  readonly fault: string;
  /** The system call that gave it, where that is not the first one that the call makes. */
  readonly syscall: string | undefined;

  constructor(fault: string, syscall?: string) {
    super(fault);
    this.fault = fault;
    this.syscall = syscall;
  }
}

/** Ends a call with the error `fault`, given by `syscall` where the call makes several. */
export function fail(fault: string, syscall?: string): never {
  throw new KernelFault(fault, syscall);
}
