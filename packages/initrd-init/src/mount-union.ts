import { type Linux, errorCode, formatDeviceNumber } from "@earlyboot/linux-syscalls";
import type { VolatileConfiguration } from "./boot-configuration.ts";
import { BootFailure, messageOf } from "./boot-failure.ts";
import { makeDirectory } from "./make-directory.ts";
import type { MountAttempt } from "./mount-root.ts";

/** What {@link mountUnion} is asked for. */
export interface UnionRequest {
  /** What is below, read-only. */
  readonly lower: string;
  /** A tmpfs with the directories `upper` and `work`. */
  readonly upper: string;
  readonly target: string;
  readonly volatile: VolatileConfiguration;
  readonly prepareType: (type: string) => Promise<void>;
}

/** What {@link mountUnion} did. */
export interface Union {
  readonly mount: MountAttempt & { readonly target: string };
  /** The process of a FUSE union. */
  readonly survivor?: number;
}

/** The part of Linux that a union needs. */
export type UnionLinux = Pick<
  Linux,
  "mount" | "spawn" | "sleep" | "stat" | "access" | "writeFile" | "mkdir"
>;

/**
 * Puts a writable layer over a read-only one: by the kernel's overlay, or, where the kernel has none,
 * by the FUSE union program that the configuration names. See
 * https://docs.kernel.org/filesystems/overlayfs.html.
 *
 * @throws BootFailure when there is neither.
 */
export async function mountUnion(linux: UnionLinux, request: UnionRequest): Promise<Union> {
  const { lower, upper, target, volatile, prepareType } = request;
  await prepareType("overlay");
  const data = `lowerdir=${lower},upperdir=${upper}/upper,workdir=${upper}/work`;
  const mount = { source: "overlay", type: "overlay", flags: 0, data, target };
  try {
    linux.mount(mount);
    return { mount };
  } catch (error) {
    if (errorCode(error) !== "ENODEV" || volatile.unionProgram === undefined) {
      throw unionFailure(error, data, volatile.unionProgram);
    }
  }
  await prepareType("fuse");
  return startUnionProgram(linux, volatile.unionProgram, request);
}

function unionFailure(error: unknown, data: string, program: string | undefined): BootFailure {
  const noOverlay = errorCode(error) === "ENODEV";
  const hint = noOverlay
    ? "Build the image with the module overlay, or name a FUSE union program (unionfs, fuse-overlayfs) in its configuration."
    : "The kernel's log says more (.dmesg).";
  return new BootFailure({
    operation: "make the root volatile",
    reason: noOverlay ? `this kernel has no overlay (${messageOf(error)})` : messageOf(error),
    hints: [hint, "Or boot without earlyboot.volatile: changes are then kept."],
    seen: [
      ...(noOverlay ? [] : [data]),
      ...(noOverlay && program === undefined ? ["no FUSE union program is configured"] : []),
    ],
    cause: error,
  });
}

const runDirectory = "/run/earlyboot";

/** Processes that must live on, one number a line. */
const doNotKillFile = `${runDirectory}/do-not-kill`;

/** How long a union program may take to mount, in milliseconds. */
const patience = 30_000;

/**
 * Starts a FUSE union program. Its `argv[0]` begins with `@`, and its number is written down: it is part
 * of the root, and must outlive the switch. See https://systemd.io/ROOT_STORAGE_DAEMONS/.
 */
async function startUnionProgram(
  linux: UnionLinux,
  program: string,
  { lower, upper, target }: UnionRequest,
): Promise<Union> {
  const name = program.slice(program.lastIndexOf("/") + 1);
  const layers = `lowerdir=${lower},upperdir=${upper}/upper,workdir=${upper}/work`;
  const rest = /overlayfs/.test(name)
    ? ["-f", "-o", layers, target]
    : ["-f", "-o", "cow,dev,suid,allow_other,use_ino", `${upper}/upper=RW:${lower}=RO`, target];
  const before = linux.stat(target).device;
  const child = await linux.spawn({
    path: program,
    argv0: `@${name}`,
    arguments: rest,
    environment: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    newSession: true,
    streams: "inherit",
  });
  let ended: string | undefined;
  const watch = async () => {
    const status = await child.exited;
    ended = status.kind === "exited" ? `status ${status.status}` : `signal ${status.signal}`;
  };
  void watch();
  for (let waited = 0; linux.stat(target).device === before; waited += 10) {
    // FUSE tells nobody when a mount is there; this ends after a few turns.
    await linux.sleep(10);
    if (ended !== undefined || waited > patience) throw programFailure(program, ended);
  }
  makeDirectory(linux, runDirectory);
  linux.writeFile(doNotKillFile, `${child.pid}\n`, { how: "append" });
  const device = formatDeviceNumber(linux.stat(target).device);
  return {
    mount: { source: name, type: "fuse", flags: 0, data: `device ${device}`, target },
    survivor: child.pid,
  };
}

function programFailure(program: string, ended: string | undefined): BootFailure {
  return new BootFailure({
    operation: `make the root volatile by ${program}`,
    reason:
      ended === undefined ? `it mounted nothing in ${patience / 1000} s` : `it ended with ${ended}`,
    hints: ["Does the image have the module fuse, and /dev/fuse?"],
  });
}
