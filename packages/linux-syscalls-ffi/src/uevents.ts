import type { Uevent, UeventBatch, UeventSource } from "@earlyboot/linux-syscalls";
import { errorCode } from "@earlyboot/linux-syscalls";
import { closeSync } from "node:fs";

import { C } from "./c-constants.ts";
import { keepAlive } from "./keep-alive.ts";
import type { Kernel } from "./kernel.ts";
import { netlinkAddress } from "./layouts.ts";
import { listen } from "./signals.ts";
import { makeStructure, readStructure } from "./structure.ts";
import { untilDone } from "./until-done.ts";

/** What one source has not given yet. */
interface Pending {
  events: readonly Uevent[];
  overflow: boolean;
}

/** A socket, and the sources that live on it. */
interface Subscription {
  readonly sources: Set<Pending>;
  /** Receives what has come, for all sources. */
  readonly receive: () => void;
  /** Calls `resume` when something may have come, or a source was closed, until what it gives is called. */
  readonly whenWoken: (resume: () => void) => () => void;
  /** Forgets a source; the last one closes the socket. */
  readonly leave: (source: Pending) => void;
}

/**
 * Gives a function that subscribes to the kernel's uevents; netlink(7). All who listen share a socket, for
 * to receive a message takes longer than what is done with it.
 *
 * Node cannot watch a netlink socket, so the kernel is asked to tell by a signal (F_SETSIG of
 * fcntl(2)) that something has come. SIGURG is the one which nobody else uses and which does nothing
 * where it is not expected: no thread waits, nothing is polled, and nothing is left over when the
 * process ends or becomes another.
 */
export function shareUevents(kernel: Kernel): () => UeventSource {
  let shared: Subscription | undefined;

  return () => {
    // What has come belongs to those who listened.
    shared?.receive();
    const subscription = (shared ??= subscribe(kernel, () => (shared = undefined)));
    const pending: Pending = { events: [], overflow: false };
    subscription.sources.add(pending);
    return sourceOf(subscription, pending);
  };
}

function sourceOf(subscription: Subscription, pending: Pending): UeventSource {
  let closed = false;
  return {
    async next(signal) {
      for (;;) {
        if (closed) return { events: [], overflow: false, closed };
        if (isEmpty(pending)) subscription.receive();
        if (!isEmpty(pending)) return take(pending);
        await untilDone("recvfrom", signal, subscription.whenWoken);
      }
    },
    close() {
      if (closed) return;
      closed = true;
      subscription.leave(pending);
    },
  };
}

function isEmpty({ events, overflow }: Pending): boolean {
  return events.length === 0 && !overflow;
}

function take(pending: Pending): UeventBatch {
  const { events, overflow } = pending;
  Object.assign(pending, { events: [], overflow: false });
  return { events, overflow, closed: false };
}

function subscribe(kernel: Kernel, onEnd: () => void): Subscription {
  const sources = new Set<Pending>();
  const waiting = new Set<() => void>();
  const wake = () => waiting.forEach((resume) => resume());
  const stopListening = listen(C.SIGURG, wake);
  const socket = openSocket(kernel, stopListening);

  return {
    sources,
    receive() {
      const batch = drain(kernel, socket);
      if (batch.events.length === 0 && !batch.overflow) return;
      for (const source of sources) add(source, batch);
      wake();
    },
    whenWoken(resume) {
      const release = keepAlive();
      waiting.add(resume);
      return () => {
        waiting.delete(resume);
        release();
      };
    },
    leave(source) {
      sources.delete(source);
      if (sources.size === 0) {
        onEnd();
        stopListening();
        closeSync(socket);
      }
      wake();
    },
  };
}

/** How many events are kept for a source that nobody reads: about as many as a socket holds. */
const mostPending = 16384;

function add(source: Pending, { events, overflow }: UeventBatch): void {
  const kept = source.events.length;
  const isTooMuch = kept > 0 && kept + events.length > mostPending;
  source.events = isTooMuch ? [] : [...source.events, ...events];
  source.overflow ||= overflow || isTooMuch;
}

/** Room for the events of a whole coldplug: tens of thousands. */
const receiveBufferSize = 16 * 2 ** 20;

function openSocket(kernel: Kernel, onFailure: () => void): number {
  let socket = -1;
  try {
    const kind = C.SOCK_DGRAM | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC;
    socket = kernel.call("socket", [C.AF_NETLINK, kind, C.NETLINK_KOBJECT_UEVENT]);
    enlarge(kernel, socket);
    kernel.call("fcntl", [socket, C.F_SETOWN, process.pid]);
    kernel.call("fcntl", [socket, C.F_SETSIG, C.SIGURG]);
    kernel.call("fcntl", [socket, C.F_SETFL, C.O_ASYNC | C.O_NONBLOCK]);
    const address = makeStructure(netlinkAddress, { family: C.AF_NETLINK, groups: 1 });
    kernel.call("bind", [socket, address, address.length]);
    return socket;
  } catch (error) {
    if (socket !== -1) closeSync(socket);
    onFailure();
    throw error;
  }
}

/** Only the privileged may; a smaller buffer overflows sooner, which is told. */
function enlarge(kernel: Kernel, socket: number): void {
  const size = new Uint8Array(new Uint32Array([receiveBufferSize]).buffer);
  try {
    kernel.call("setsockopt", [socket, C.SOL_SOCKET, C.SO_RCVBUFFORCE, size, size.length]);
  } catch (error) {
    if (errorCode(error) !== "EPERM") throw error;
  }
}

/** How many events come in one batch, so that a storm of them cannot keep `next` busy. */
const mostAtOnce = 1024;

/**
 * Everything that has come. After an overflow the kernel drops what comes, without another word,
 * until all is read; so all is read before the overflow is told, and who then looks at everything
 * again misses nothing.
 */
function drain(kernel: Kernel, socket: number): UeventBatch {
  const events: Uevent[] = [];
  let overflow = false;
  const buffer = Buffer.allocUnsafe(8192);
  while (overflow || events.length < mostAtOnce) {
    const length = receive(kernel, socket, buffer);
    if (length === "nothing") break;
    if (length === "overflow" || length > buffer.length) overflow = true;
    else if (length > 0) events.push(...parseUevent(buffer.subarray(0, length)));
  }
  return { events, overflow, closed: false };
}

/** The length of the next message; 0 of one that did not come from the kernel. */
function receive(
  kernel: Kernel,
  socket: number,
  buffer: Uint8Array,
): number | "nothing" | "overflow" {
  const sender = makeStructure(netlinkAddress);
  const size = new Uint8Array(new Uint32Array([sender.length]).buffer);
  const args = [socket, buffer, buffer.length, C.MSG_TRUNC, sender, size] as const;
  try {
    const length = Number(kernel.call("recvfrom", [...args]));
    return readStructure(netlinkAddress, sender).pid === 0 ? length : 0;
  } catch (error) {
    if (errorCode(error) === "EAGAIN") return "nothing";
    if (errorCode(error) === "ENOBUFS") return "overflow";
    throw error;
  }
}

/** `ACTION@DEVPATH`, then `KEY=VALUE`, each ended by NUL. Anything else is no event. */
function parseUevent(message: Buffer): Uevent[] {
  const [header = "", ...variables] = message.toString("utf8").split("\0");
  const at = header.indexOf("@");
  if (at === -1) return [];
  const pairs = variables.flatMap((variable) => {
    const equals = variable.indexOf("=");
    return equals === -1 ? [] : [[variable.slice(0, equals), variable.slice(equals + 1)] as const];
  });
  const properties = Object.fromEntries(pairs);
  return [{ action: header.slice(0, at), devpath: header.slice(at + 1), properties }];
}
