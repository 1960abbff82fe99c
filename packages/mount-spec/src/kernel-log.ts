import { errorCode, printable, type Linux } from "@earlyboot/linux-syscalls";

/** What {@link lastKernelLine} needs to read `/dev/kmsg`. */
export type KernelLog = Pick<Linux, "open" | "read" | "close">;

/**
 * The kernel's last line in its log that is about a device or a type of file system; `undefined` when there is
 * none, or the log cannot be read. See `Documentation/ABI/testing/dev-kmsg`.
 */
export function lastKernelLine(linux: KernelLog, device: string, type: string): string | undefined {
  const [, name] = /^\/dev\/(?:.*\/)?([^/]+)$/.exec(device) ?? [];
  const ofType = `^${escapePattern(type)}(?: error)?:`;
  const ofDevice = name === undefined ? [] : [`(?<![\\w-])${escapePattern(name)}(?![\\w-])`];
  const about = new RegExp([ofType, ...ofDevice].join("|"), "i");
  return kernelLines(linux).findLast((line) => about.test(line));
}

/** The kernel's own lines in the log, oldest first. */
function kernelLines(linux: KernelLog): readonly string[] {
  const lines: string[] = [];
  const buffer = new Uint8Array(8192);
  try {
    const log = linux.open("/dev/kmsg", { nonBlock: true });
    try {
      for (let length = 1; length > 0;) {
        length = readRecord(linux, log, buffer);
        const line = kernelLine(buffer.subarray(0, length));
        if (line !== undefined) lines.push(line);
      }
    } finally {
      linux.close(log);
    }
  } catch {
    // A log that cannot be read, or no more, is no reason to hide the failure that it was read for.
  }
  return lines;
}

/** One read gives one record. Those that were lost while reading are skipped. */
function readRecord(linux: KernelLog, log: number, buffer: Uint8Array): number {
  for (;;) {
    try {
      return linux.read(log, buffer);
    } catch (error) {
      if (errorCode(error) !== "EPIPE") throw error;
    }
  }
}

/** The text of a record `PRIORITY,SEQUENCE,TIME,FLAGS;TEXT` of the facility kernel. */
function kernelLine(record: Uint8Array): string | undefined {
  const text = Array.from(record, (byte) => String.fromCharCode(byte)).join("");
  const [, priority, line] = /^(\d+),[^;]*;([^\n]*)/.exec(text) ?? [];
  return line !== undefined && Number(priority) < 8 ? printable(line) : undefined;
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
