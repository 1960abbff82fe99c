import { errorCode, type Linux } from "@earlyboot/linux-syscalls";

/** The calls that reading the kernel's log takes. */
export type LogLinux = Pick<Linux, "close" | "open" | "read">;

/**
 * Reads the kernel's log, oldest line first, as it is: not fit for a console. The log is a courtesy: whatever
 * cannot be read ends it. See `Documentation/ABI/testing/dev-kmsg`.
 */
export function* kernelMessages(linux: LogLinux): Iterable<string> {
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
