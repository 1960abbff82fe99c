import { type Linux, MountFlag, errorCode, printable } from "@earlyboot/linux-syscalls";
import {
  type KernelLog,
  type RootParameter,
  lastKernelLine,
  nfsSource,
  parseMountOptions,
} from "@earlyboot/mount-spec";
import { BootFailure, messageOf } from "./boot-failure.ts";

/** One way to mount the root. */
export interface MountAttempt {
  readonly source: string;
  readonly type: string;
  readonly flags: number;
  readonly data: string;
  /** What the superblock says, where it says something else than `type`. */
  readonly contradiction?: string;
  /** What to try first where it fails. */
  readonly hint?: string;
}

/** What {@link mountAttempts} goes by. */
export interface RootMountRequest {
  /** The device that was found, or the specification of a root that is on none. */
  readonly source: string | RootParameter;
  /** Types to try, in order. */
  readonly types: readonly string[];
  /** What the superblock says; it contradicts other types in hints. */
  readonly identified?: string | undefined;
  /** `rootflags=` or the configuration's options. */
  readonly options: string | undefined;
  readonly readOnly: boolean;
}

/** Lists the ways to mount a root, in the order in which they are tried. */
export function mountAttempts(request: RootMountRequest): readonly MountAttempt[] {
  const parsed = parseMountOptions(request.options ?? "");
  const { flags } = parsed;
  const data = parsed.data ?? "";
  const all = request.readOnly ? flags | MountFlag.ReadOnly : flags & ~MountFlag.ReadOnly;
  const { source } = request;
  if (typeof source === "string") {
    const { identified } = request;
    const contradiction = (type: string) =>
      identified === undefined || identified === type ? {} : { contradiction: identified };
    return request.types.map((type) => ({
      source,
      type,
      flags: all,
      data,
      ...contradiction(type),
    }));
  }
  const { device } = source;
  if (device.nfs !== undefined) {
    return nfsData(device.nfs.host, data).map((each) => ({
      source: nfsSource(device.nfs),
      type: "nfs",
      flags: all,
      data: each,
    }));
  }
  if (device.tag !== undefined) {
    const type = request.types[0] ?? source.type ?? "virtiofs";
    return [{ source: device.tag, type, flags: all, data: joined(tagData(type, data), data) }];
  }
  return [{ source: "tmpfs", type: "tmpfs", flags, data: joined("mode=0755", data) }];
}

/** What the kernel's own NFS client needs to be told; see nfs(5). Newest version first. */
function nfsData(host: string, data: string): readonly string[] {
  const address = `addr=${host}`;
  if (/(^|,)(vers|nfsvers|v[234])/.test(data)) {
    const lock = /(^|,)(nfs)?vers=3|(^|,)v3/.test(data) && !/(no)?lock/.test(data);
    return [joined(data, lock ? "nolock" : "", address)];
  }
  return ["vers=4.2", "vers=4.0", "vers=3,nolock"].map((each) => joined(data, each, address));
}

/** What a 9p share of QEMU needs, less what was asked for otherwise. */
function tagData(type: string, data: string): string {
  if (type !== "9p") return "";
  const wanted = ["trans=virtio", "version=9p2000.L", "msize=262144"];
  return wanted.filter((option) => !data.includes(`${option.split("=")[0]}=`)).join(",");
}

function joined(...options: readonly string[]): string {
  return options.filter((option) => option !== "").join(",");
}

/** Answers that say "not this way", after which the next way is tried; the kernel itself does so. */
const tryNext = ["EINVAL", "ENODEV", "EPROTONOSUPPORT", "EPROTO", "ENOENT"];

/** What was mounted. */
export interface MountedRoot extends MountAttempt {
  readonly target: string;
  /** It was to be writable, and the device is not. */
  readonly fellBackToReadOnly: boolean;
}

/** What the kernel answered to an attempt that failed. */
interface Answer {
  readonly attempt: MountAttempt;
  readonly error: unknown;
}

/**
 * Mounts the root the first way that works. `prepareType` is called before each type is tried, to load
 * its modules. A device that is read-only is mounted so although `rw` was asked for, as the kernel does.
 *
 * @throws BootFailure with the kernel's answer to each way.
 */
export async function mountRoot(
  linux: KernelLog & Pick<Linux, "mount">,
  attempts: readonly MountAttempt[],
  target: string,
  prepareType: (type: string) => Promise<void>,
): Promise<MountedRoot> {
  const answers: Answer[] = [];
  for (const attempt of attempts) {
    await prepareType(attempt.type);
    try {
      return { ...attempt, target, ...mountOnce(linux, attempt, target) };
    } catch (error) {
      answers.push({ attempt, error });
      if (!tryNext.includes(errorCode(error) ?? "")) break;
    }
  }
  throw mountFailure(linux, answers, target);
}

function mountOnce(
  linux: Pick<Linux, "mount">,
  { source, type, flags, data }: MountAttempt,
  target: string,
): Pick<MountedRoot, "flags" | "fellBackToReadOnly"> {
  const mount = (all: number) =>
    linux.mount({ source, target, type, flags: all, ...(data === "" ? {} : { data }) });
  try {
    mount(flags);
    return { flags, fellBackToReadOnly: false };
  } catch (error) {
    const readOnlyDevice = ["EACCES", "EROFS"].includes(errorCode(error) ?? "");
    if (!readOnlyDevice || (flags & MountFlag.ReadOnly) !== 0) throw error;
    mount(flags | MountFlag.ReadOnly);
    return { flags: flags | MountFlag.ReadOnly, fellBackToReadOnly: true };
  }
}

/** Answers of which the kernel's log says more. */
const isLogged = ["EINVAL", "EIO", "EUCLEAN"];

function mountFailure(linux: KernelLog, answers: readonly Answer[], target: string): BootFailure {
  const first = answers[0];
  // What the superblock contradicts was a mere try, where another type was right.
  const telling = answers.findLast(({ attempt }) => attempt.contradiction === undefined);
  const last = telling ?? answers.at(-1);
  const types = [...new Set(answers.map(({ attempt }) => attempt.type))].join(", ");
  const source = printable(first?.attempt.source ?? "");
  const asked = telling !== undefined && isLogged.includes(errorCode(telling.error) ?? "");
  const said = asked
    ? lastKernelLine(linux, telling.attempt.source, telling.attempt.type)
    : undefined;
  return new BootFailure({
    operation: `mount ${source} on ${target} as ${types}`,
    reason:
      answers.map(reasonOf).join("; ") +
      (said === undefined ? "" : `\nthe kernel's last line about it: ${said}`),
    hints: last === undefined ? [] : mountHints(last.attempt, errorCode(last.error)),
    cause: last?.error,
  });
}

/** The kernel's answer; where the superblock tells the cause, after that. */
function reasonOf({ attempt, error }: Answer): string {
  const { type, contradiction } = attempt;
  if (contradiction === undefined) return messageOf(error);
  return `its superblock says ${contradiction}, not ${type} (${messageOf(error)})`;
}

/** What usually is behind the kernel's answers to mount(2). */
function mountHints(
  { source, type, data, contradiction, hint }: MountAttempt,
  code: string | undefined,
): readonly string[] {
  if (contradiction !== undefined) {
    return [`Boot without rootfstype=, or with rootfstype=${contradiction}.`];
  }
  const device = printable(source);
  const gone = [
    `${device} has gone since it was found: are its cable and its power as they should be?`,
  ];
  const hints: Readonly<Record<string, readonly string[]>> = {
    ...(source.startsWith("/dev/") ? { ENOENT: gone, ENXIO: gone } : {}),
    ENODEV: [
      `The kernel does not know ${type}: build the image with the module ${type}.`,
      `If ${device} is of another type, say so with rootfstype=.`,
    ],
    EINVAL: [
      ...(data === "" ? [] : [`One of the options may be wrong: ${printable(data)}`]),
      `The superblock may be damaged, or not of type ${type}; the kernel's log says more (.dmesg).`,
      "A damaged file system: boot with fsck.mode=force, or check it from another system.",
    ],
    EROFS: [
      `The log of ${device} has to be replayed, and it cannot be written to: mount it once where it can.`,
    ],
    EBUSY: [`${device} is in use: is it mounted already, or a member of a RAID or LVM?`],
    EUCLEAN: [
      "The file system is damaged: have it checked, fsck.mode=force.",
      "Where that is not enough: fsck.repair=yes besides. It may lose files: first make a copy of the disk.",
    ],
    EIO: [
      "The device cannot be read: a cable, or a dying disk. The kernel's log says more (.dmesg).",
    ],
  };
  return [
    ...(hint === undefined ? [] : [hint]),
    ...(hints[code ?? ""] ?? ["The kernel's log may say more (.dmesg)."]),
  ];
}
