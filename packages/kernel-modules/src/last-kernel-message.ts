import { errorCode, printable, type Linux } from "@earlyboot/linux-syscalls";

type LogLinux = Pick<Linux, "close" | "open" | "read">;

/**
 * The last line of the kernel's log that begins with `subject:`; `undefined` where there is none, or where
 * the log cannot be read. See `Documentation/ABI/testing/dev-kmsg`.
 */
export function lastKernelMessage(linux: LogLinux, subject: string): string | undefined {
  let last: string | undefined;
  for (const message of kernelMessages(linux)) {
    if (message.startsWith(`${subject}: `)) last = message;
  }
  return last === undefined ? undefined : printable(last);
}

/** The log is a courtesy: whatever cannot be read ends it. */
function* kernelMessages(linux: LogLinux): Iterable<string> {
  let log: number;
  try {
    log = linux.open("/dev/kmsg", { nonBlock: true });
  } catch {
    return;
  }
  const buffer = new Uint8Array(longestRecord);
  for (let end = readRecord(linux, log, buffer); end > 0; end = readRecord(linux, log, buffer)) {
    const [line = ""] = new TextDecoder().decode(buffer.subarray(0, end)).split("\n");
    yield line.slice(line.indexOf(";") + 1);
  }
  linux.close(log);
}

const longestRecord = 8192;

/** Each read gives one record; EPIPE says that the next one has been overwritten. */
function readRecord(linux: LogLinux, log: number, buffer: Uint8Array): number {
  try {
    return linux.read(log, buffer);
  } catch (error) {
    return errorCode(error) === "EPIPE" ? readRecord(linux, log, buffer) : 0;
  }
}
