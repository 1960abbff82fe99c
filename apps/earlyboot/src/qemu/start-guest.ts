import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { followFile } from "./follow-file.ts";
import { openConsole, type GuestConsole } from "./guest-console.ts";
import { qemuArguments, qemuDescriptors, type GuestOptions } from "./qemu-arguments.ts";
import { openQmp, type QmpClient } from "./qmp-client.ts";

/** How QEMU ended. */
export interface GuestExit {
  readonly status: number | undefined;
  readonly signal: string | undefined;
  /** What QEMU itself complained about. */
  readonly complaint: string;
}

/** A guest that runs. */
export interface Guest {
  readonly console: GuestConsole;
  /** Settles when QEMU has ended: by itself when the guest powers off, reboots or panics. Never rejects. */
  readonly exited: Promise<GuestExit>;
  /** What the guest wrote to its second serial port so far. */
  facts(): string;
  /** QEMU's monitor, for plugging and pulling devices. */
  monitor(): Promise<QmpClient>;
  /** Ends QEMU now, whatever the guest does, and waits until it is gone. */
  end(): Promise<void>;
}

/**
 * Starts QEMU; `log` is the file that receives all that the guest prints. QEMU ends with this
 * process, however this process ends.
 */
export function startGuest(options: GuestOptions, log: string): Guest {
  const words = qemuArguments(options);
  // A pipe that nobody empties for a moment stops the guest, whose kernel then drops what it prints.
  const output = openSync(log, "w");
  // Only the kernel can end QEMU after a SIGKILL of this process.
  const child = spawn("setpriv", ["--pdeathsig", "KILL", ...words], {
    stdio: ["pipe", output, "pipe", "pipe", "pipe"],
  });
  closeSync(output);
  const facts = collectText(socketOf(child, qemuDescriptors.facts));
  const complaint = collectText(socketOf(child, standardError));
  const monitorSocket = socketOf(child, qemuDescriptors.monitor);
  let monitor: Promise<QmpClient> | undefined;
  const ended = new Promise<GuestExit>((resolve) => {
    let problem = "";
    child.once("error", (error) => (problem = error.message));
    child.once("close", (status, signal) =>
      resolve({
        status: status ?? undefined,
        signal: signal ?? undefined,
        complaint: complaint() + problem,
      }),
    );
  });

  const printed = followFile(log, ended);
  const exited = finished(printed).then(() => ended);

  return {
    console: openConsole(printed, socketOf(child, standardInput), log),
    exited,
    facts: () => facts().replaceAll("\r", ""),
    monitor: () => (monitor ??= openQmp(monitorSocket)),
    async end() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

const [standardInput, standardError] = [0, 2];

/** One of the sockets that Node puts on a child's descriptors. */
function socketOf(child: ChildProcess, descriptor: number): Duplex {
  const stream = child.stdio[descriptor];
  if (stream instanceof Duplex) return stream;
  throw new TypeError(`Descriptor ${descriptor} of the child is no socket`);
}

function collectText(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  stream.on("error", () => {});
  return () => text;
}
