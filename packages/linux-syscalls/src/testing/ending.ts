/** How the boot program ended. */
export type Ending =
  | {
      readonly kind: "execve";
      readonly path: string;
      readonly argv: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
      /** The descriptors that the next program has, with the paths that they were opened by. */
      readonly descriptors: Readonly<Record<number, string>>;
      /** The paths of the descriptors that the kernel closes later. */
      readonly closedLater: readonly string[];
      readonly openFiles: { readonly soft: number; readonly hard: number } | undefined;
      /** Where the next program starts, seen from its root. */
      readonly workingDirectory: string;
    }
  | { readonly kind: "reboot"; readonly command: number };

/**
 * What a call throws that never returns on a real machine, a successful execve(2) or reboot(2), and
 * every call after it. Recognise it by its `code`, `"SIMULATION_ENDED"`.
 */
export class SimulationEnded extends Error {
  override readonly name: string = "SimulationEnded";
  readonly code: string = "SIMULATION_ENDED";
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(
      ending.kind === "execve"
        ? `the boot program has become ${ending.path}`
        : `the machine has been told to stop (reboot 0x${(ending.command >>> 0).toString(16)})`,
    );
    this.ending = ending;
  }
}

/** The marker for an ending. */
export function simulationEnded(ending: Ending): SimulationEnded {
  return new SimulationEnded(ending);
}
