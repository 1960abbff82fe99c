import type { GuestDisk, GuestOptions, ScratchFacts, ScratchRoot } from "@earlyboot/earlyboot";
import type { BootedGuest, TestGuest } from "./boot-guest.ts";
import type { BootTestNeeds } from "./boot-test.ts";
import type { TestImage } from "./test-image.ts";

/** What a disk of a scenario holds. */
export type DiskContent =
  /** A scratch root of ext4; then what debugfs(8) is told to change in it. */
  | { readonly ext4: Omit<ScratchRoot, "file">; readonly debugfs?: readonly string[] }
  /** A scratch root of another type; then bytes that are written at places of the image. */
  | {
      readonly type: string;
      readonly label?: string;
      readonly bytes?: Readonly<Record<number, Uint8Array>>;
    }
  /** Partitions, each with a scratch root of ext4. */
  | {
      readonly table: "gpt" | "dos";
      readonly id: string;
      readonly partitions: readonly ScratchPartition[];
    }
  /** Whatever a function makes: it gives the path of the file. */
  | (() => string | Promise<string>);

/** A partition with a scratch root of ext4. */
interface ScratchPartition extends Omit<ScratchRoot, "file"> {
  readonly partUuid?: string;
  readonly partLabel?: string;
}

/** A disk of a scenario, and how it is attached. */
export interface ScenarioDisk extends Omit<GuestDisk, "file"> {
  readonly holds: DiskContent;
}

/** What comes of a boot: as `earlyboot plan` names it, or `other` where the guest is ended before that. */
type ScenarioOutcome = "real-init" | "boot-program" | "failed" | "reboot" | "other";

/** What all scenarios have. */
interface NamedScenario {
  /** A sentence about behaviour, by which `pnpm boot` runs it alone. */
  readonly name: string;
  readonly needs?: BootTestNeeds;
}

/** One boot, told as data. */
export interface BootScenario extends NamedScenario, Pick<TestGuest, "checker" | "planCannotKnow"> {
  /** Debian's small kernel for virtual machines (default), or the one with everything as modules. */
  readonly kernel?: "cloud" | "generic";
  /** The kernel that the image is made for; default: the one that is booted. */
  readonly imageKernel?: "cloud" | "generic";
  readonly image?: ImageContent | (() => ImageContent | Promise<ImageContent>);
  /** In order; default none. */
  readonly disks?: readonly ScenarioDisk[];
  readonly machine?: ScenarioMachine | (() => Promise<ScenarioMachine>);
  /** What follows the usual words. */
  readonly commandLine: string;
  /** What is done at the console or to the machine while it boots. */
  readonly during?: (guest: BootedGuest) => Promise<void>;
  readonly outcome: ScenarioOutcome;
  /** How the line of `/proc/mounts` about the root begins, in the real init. */
  readonly root?: string | RegExp;
  /** What the console says; blanks and line ends count as one blank each. */
  readonly says?: readonly (string | RegExp)[];
  readonly saysNot?: readonly (string | RegExp)[];
  /** What else holds of a boot that reached the real init. */
  readonly facts?: (facts: ScratchFacts, console: string) => void;
}

/** What a machine has besides its disks. */
type ScenarioMachine = Pick<GuestOptions, "extra" | "memory" | "network" | "processors">;

/** What the image of a scenario holds. */
export type ImageContent = Omit<TestImage, "kernel">;

/** Several boots, or one that data cannot tell. */
interface ScriptedScenario extends NamedScenario {
  readonly run: () => Promise<void>;
}

/** One row of the table of scenarios. */
export type Scenario = BootScenario | ScriptedScenario;
