import type { Uevent, UeventBatch, UeventSource } from "../linux.ts";
import type { Clock } from "./clock.ts";

/** The kernel's announcements of devices, and those who listen. */
export interface Uevents {
  /** Tells every subscriber. */
  announce(action: string, devpath: string, properties: Readonly<Record<string, string>>): void;
  subscribe(): UeventSource;
  /** The number of the last event. */
  sequence(): number;
  /** Makes every subscriber lose what it has not fetched yet, and tells it so. */
  overflow(): void;
}

interface Subscriber {
  queue: Uevent[];
  overflow: boolean;
  closed: boolean;
  /** Wakes the `next` that waits. */
  wake: () => void;
}

/** Uevents of which each subscriber's buffer holds `capacity`; more are lost, and said to be. */
export function simulateUevents(clock: Clock, capacity: number): Uevents {
  const subscribers = new Set<Subscriber>();
  let sequence = 0;

  function deliver(subscriber: Subscriber, event: Uevent): void {
    if (subscriber.queue.length >= capacity) subscriber.overflow = true;
    else subscriber.queue.push(event);
    subscriber.wake();
  }

  return {
    announce: (action, devpath, given) => {
      sequence += 1;
      const properties = { ACTION: action, DEVPATH: devpath, ...given, SEQNUM: String(sequence) };
      for (const subscriber of subscribers) deliver(subscriber, { action, devpath, properties });
    },
    subscribe: () => {
      const subscriber: Subscriber = {
        queue: [],
        overflow: false,
        closed: false,
        wake: () => undefined,
      };
      subscribers.add(subscriber);
      return sourceOf(clock, subscriber, () => subscribers.delete(subscriber));
    },
    sequence: () => sequence,
    overflow: () => {
      for (const subscriber of subscribers) {
        subscriber.queue = [];
        subscriber.overflow = true;
        subscriber.wake();
      }
    },
  };
}

function sourceOf(clock: Clock, subscriber: Subscriber, leave: () => void): UeventSource {
  const isReady = (): boolean =>
    subscriber.queue.length > 0 || subscriber.overflow || subscriber.closed;

  function take(): UeventBatch {
    const { queue, overflow, closed } = subscriber;
    subscriber.queue = [];
    subscriber.overflow = false;
    return { events: queue, overflow, closed };
  }

  function waitForMore(signal?: AbortSignal): Promise<UeventBatch> {
    return clock.wait<UeventBatch>((done) => {
      const sleep = (): void => {
        subscriber.wake = () => undefined;
      };
      subscriber.wake = () => {
        if (!isReady()) return;
        sleep();
        done(take());
      };
      subscriber.wake();
      return sleep;
    }, signal);
  }

  return {
    next: waitForMore,
    close: () => {
      subscriber.closed = true;
      leave();
      subscriber.wake();
    },
  };
}
