import { describe, expect, it } from "@jest/globals";
import { openSync } from "node:fs";

import { kernelOf } from "../src/kernel.ts";
import { netlinkAddress } from "../src/layouts.ts";
import { writeStructure } from "../src/structure.ts";
import { shareUevents } from "../src/uevents.ts";
import { fakeBackend } from "./fake-backend.ts";

interface Message {
  readonly text: string;
  readonly pid?: number;
  readonly length?: number;
}

const eagain = 11;
const enobufs = 105;

/** Opens sources on a netlink socket that holds these messages; a number is an error instead of one. */
function opener(queue: (Message | number)[]) {
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
  return { backend, open: shareUevents(kernelOf(backend)) };
}

function sourceOf(queue: (Message | number)[]) {
  return opener(queue).open();
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

  it("tells everybody who listens, by one socket", async () => {
    const queue: (Message | number)[] = [];
    const { backend, open } = opener(queue);
    const [one, other] = [open(), open()];
    queue.push(add, enobufs);

    const heard = [await one.next(), await other.next()];

    one.close();
    other.close();
    const sockets = backend.calls.filter(([name]) => name === "socket");
    expect(heard.map(({ events, overflow }) => [events.length, overflow])).toEqual([
      [1, true],
      [1, true],
    ]);
    expect(sockets).toHaveLength(1);
  });

  it("tells nobody of what came before", async () => {
    const queue = [add];
    const { open } = opener(queue);
    const one = open();
    const late = open();
    queue.push({ text: "remove@/devices/x\0" });

    const [early, heard] = [await one.next(), await late.next()];

    one.close();
    late.close();
    expect(early.events.map(({ action }) => action)).toEqual(["add"]);
    expect(heard.events.map(({ action }) => action)).toEqual(["remove"]);
  });

  it("wakes one who waits when another receives", async () => {
    const queue: Message[] = [];
    const { open } = opener(queue);
    const [one, other] = [open(), open()];
    const waiting = one.next();
    queue.push(add);

    await other.next();
    const { events } = await waiting;

    one.close();
    other.close();
    expect(events).toHaveLength(1);
  });

  it("goes on for the others when one is closed, and begins anew after the last", async () => {
    const queue: Message[] = [];
    const { backend, open } = opener(queue);
    const [one, other] = [open(), open()];
    const waiting = one.next();
    one.close();
    queue.push(add);

    const [ended, heard] = [await waiting, await other.next()];

    other.close();
    open().close();
    const sockets = backend.calls.filter(([name]) => name === "socket");
    expect([ended.closed, heard.events.length, sockets.length]).toEqual([true, 1, 2]);
  });

  it("tells a source that nobody read of an overflow, and keeps no more than a socket holds", async () => {
    const { open } = opener(Array.from({ length: 20_000 }, () => add));
    const [one, other] = [open(), open()];

    for (let heard = 0; heard < 20_000;) heard += (await one.next()).events.length;
    const { overflow } = await other.next();

    one.close();
    other.close();
    expect(overflow).toBe(true);
  });

  it("leaves nothing behind when the kernel refuses", () => {
    const listeners = process.listenerCount("SIGURG");
    const backend = fakeBackend({
      socket: () => openSync("/dev/null", "r"),
      bind: () => ({ errno: 1 }),
    });

    expect(shareUevents(kernelOf(backend))).toThrow(expect.objectContaining({ code: "EPERM" }));
    expect(process.listenerCount("SIGURG")).toBe(listeners);
  });
});
