import { describe, expect, it } from "@jest/globals";
import { openSync } from "node:fs";

import { kernelOf } from "../src/kernel.ts";
import { netlinkAddress } from "../src/layouts.ts";
import { writeStructure } from "../src/structure.ts";
import { openUevents } from "../src/uevents.ts";
import { fakeBackend } from "./fake-backend.ts";

interface Message {
  readonly text: string;
  readonly pid?: number;
  readonly length?: number;
}

const eagain = 11;
const enobufs = 105;

/** A netlink socket that holds these messages; a number is an error instead of one. */
function sourceOf(queue: (Message | number)[]) {
  const backend = fakeBackend({
    socket: () => openSync("/dev/null", "r"),
    recvfrom: ([, buffer, , , sender]) => {
      const next = queue.shift() ?? eagain;
      if (typeof next === "number") return { errno: next };
      const bytes = Buffer.from(next.text);
      if (!(buffer instanceof Uint8Array) || !(sender instanceof Uint8Array)) return -1n;
      buffer.set(bytes);
      writeStructure(netlinkAddress, sender, { family: 16, pid: next.pid ?? 0 });
      return BigInt(next.length ?? bytes.length);
    },
  });
  return openUevents(kernelOf(backend));
}

const add = { text: "add@/devices/x\0ACTION=add\0DEVNAME=x\0WORDS=a=b\0" };

describe("openUevents", () => {
  it("reads an event's action, path and variables", async () => {
    const source = sourceOf([add]);

    const batch = await source.next();

    source.close();
    expect(batch).toEqual({
      events: [
        {
          action: "add",
          devpath: "/devices/x",
          properties: { ACTION: "add", DEVNAME: "x", WORDS: "a=b" },
        },
      ],
      overflow: false,
      closed: false,
    });
  });

  it("hears only the kernel, and only events", async () => {
    const foreign = { text: "add@/forged\0ACTION=add\0", pid: 77 };
    const source = sourceOf([foreign, { text: "libudev\0" }, { text: "" }, add]);

    const { events } = await source.next();

    source.close();
    expect(events.map(({ devpath }) => devpath)).toEqual(["/devices/x"]);
  });

  it("keeps variables whose names mean something to JavaScript", async () => {
    const source = sourceOf([{ text: "add@/x\0__proto__=polluted\0" }]);

    const { events } = await source.next();

    source.close();
    expect(Object.entries(events[0]?.properties ?? {})).toEqual([["__proto__", "polluted"]]);
  });

  it("tells of an overflow once everything is read", async () => {
    const many = Array.from({ length: 3000 }, () => add);
    const source = sourceOf([add, enobufs, ...many]);

    const { events, overflow } = await source.next();

    source.close();
    expect({ events: events.length, overflow }).toEqual({ events: 3001, overflow: true });
  });

  it("counts an event that was cut off as lost", async () => {
    const source = sourceOf([{ ...add, length: 100_000 }]);

    const batch = await source.next();

    source.close();
    expect(batch).toEqual({ events: [], overflow: true, closed: false });
  });

  it("does not stay with a storm for ever", async () => {
    const source = sourceOf(Array.from({ length: 5000 }, () => add));

    const first = await source.next();
    const second = await source.next();

    source.close();
    expect([first.events.length, second.events.length]).toEqual([1024, 1024]);
  });

  it("leaves nothing behind when the kernel refuses", () => {
    const listeners = process.listenerCount("SIGURG");
    const backend = fakeBackend({
      socket: () => openSync("/dev/null", "r"),
      bind: () => ({ errno: 1 }),
    });

    expect(() => openUevents(kernelOf(backend))).toThrow(
      expect.objectContaining({ code: "EPERM" }),
    );
    expect(process.listenerCount("SIGURG")).toBe(listeners);
  });
});
