import { errorCode, printable } from "@earlyboot/linux-syscalls";
import { at, type Location } from "./declaration-error.ts";
import { fileSystemModules } from "./file-system-modules.ts";
import { flagNames } from "./flags.ts";
import { messageOf } from "./message-of.ts";

/** What a {@link MountError} is made of. */
export interface MountFailure {
  /** What was tried: `"mount"`, `"remount"`, `"make the mount point"`, … */
  readonly operation: string;
  readonly source: string | null;
  readonly target: string;
  readonly type: string | null;
  /** The kernel's number, as in mount(2). */
  readonly flags: number;
  readonly options: string | null;
  /** What the kernel said about it in its log. */
  readonly kernelLine?: string | undefined;
  readonly location?: Location | undefined;
  /** What the system answered. */
  readonly cause: unknown;
}

/**
 * A file system could not be mounted: says what was tried with what, what the system answered, and the usual
 * reason. Its `code` is that of the system's answer, such as `ENODEV`.
 */
export class MountError extends Error {
  override readonly name: string = "MountError";
  readonly code: string;
  readonly operation: string;
  readonly source: string | null;
  readonly target: string;
  readonly type: string | null;
  readonly flags: number;
  readonly options: string | null;

  constructor(failure: MountFailure) {
    super(describe(failure), { cause: failure.cause });
    this.code = errorCode(failure.cause) ?? "EUNKNOWN";
    this.operation = failure.operation;
    this.source = failure.source;
    this.target = failure.target;
    this.type = failure.type;
    this.flags = failure.flags;
    this.options = failure.options;
  }
}

function describe(failure: MountFailure): string {
  const { cause, kernelLine, location } = failure;
  const answer = messageOf(cause);
  const reason = explain(errorCode(cause), failure);
  return [
    `${objects(failure)}: ${printable(answer)}${at(location)}`,
    ...(reason === undefined ? [] : [reason]),
    ...(kernelLine === undefined ? [] : [`the kernel's last line about it: ${kernelLine}`]),
  ].join("; ");
}

/** `mount "/dev/vda1" on "/root/home" (type ext4, read-only no-suid, options "x")` */
function objects({ operation, source, target, type, flags, options }: MountFailure): string {
  const details = [
    ...(type === null ? [] : [`type ${printable(type)}`]),
    flagNames(flags).join(" "),
    ...(options === null ? [] : [`options "${printable(options)}"`]),
  ].filter((detail) => detail !== "");
  const from = source === null ? "" : ` "${printable(source)}" on`;
  const how = details.length === 0 ? "" : ` (${details.join(", ")})`;
  return `${operation}${from} "${printable(target)}"${how}`;
}

/** The usual reason of a failed mount(2). */
function explain(code: string | undefined, { type, source }: MountFailure): string | undefined {
  const name = printable(type ?? "none");
  const device = printable(source ?? "the source");
  const reasons: Readonly<Record<string, string>> = {
    EACCES: `${device} can only be read: mount it read-only`,
    EBUSY: `${device} is in use, or already mounted elsewhere with other options`,
    EINVAL: device.startsWith("/")
      ? `what is on ${device} is not ${name}, or ${name} does not know one of the options`
      : `${name} does not know one of the options, or not its value`,
    ELOOP: "symbolic links lead in a circle",
    ENODEV: `the kernel does not know the type ${name}: load the module ${fileSystemModules(name).join(", ")}`,
    ENOENT: `${device} or the mount point is missing`,
    ENOTBLK: `${device} is no block device`,
    ENOTDIR:
      "one of source and mount point is a directory and the other is not, or a file is on the way",
    ENXIO: `no driver answers for ${device}`,
    EPERM:
      "that takes the right to mount here (CAP_SYS_ADMIN), and flags that are locked must stay",
    EROFS: "the file system that holds the mount point, or the device, can only be read",
    EUCLEAN: `the file system on ${device} is damaged: check it`,
  };
  return code !== undefined && Object.hasOwn(reasons, code) ? reasons[code] : undefined;
}
