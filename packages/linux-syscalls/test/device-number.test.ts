import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import {
  formatDeviceNumber,
  majorOf,
  makedev,
  minorOf,
  parseDeviceNumber,
} from "@earlyboot/linux-syscalls";

const major = fc.integer({ min: 0, max: 0xfff });
const minor = fc.integer({ min: 0, max: 0xfffff });

describe("makedev", () => {
  it.each([
    [1, 3, 0x103n],
    [8, 1, 0x801n],
    [259, 70000, 0x11110370n],
    [4095, 1048575, 0xfffffffffn & 0xffffffffn],
  ])("numbers %i:%i as glibc does", (maj, min, expected) => {
    expect(makedev(maj, min)).toBe(expected);
  });

  it("keeps both numbers over their whole ranges", () => {
    fc.assert(
      fc.property(major, minor, (maj, min) => {
        const device = makedev(maj, min);

        expect([majorOf(device), minorOf(device)]).toEqual([maj, min]);
      }),
    );
  });

  it("gives another number for another pair", () => {
    fc.assert(
      fc.property(major, minor, major, minor, (a, b, c, d) => {
        expect(makedev(a, b) === makedev(c, d)).toBe(a === c && b === d);
      }),
    );
  });

  it.each([
    [4096, 0],
    [-1, 0],
    [1.5, 0],
    [Number.NaN, 0],
    [0, 1048576],
    [0, -1],
    [0, Number.POSITIVE_INFINITY],
  ])("refuses %p:%p", (maj, min) => {
    expect(() => makedev(maj, min)).toThrow(RangeError);
  });
});

describe("parseDeviceNumber", () => {
  it("reads what formatDeviceNumber writes", () => {
    fc.assert(
      fc.property(major, minor, (maj, min) => {
        const device = makedev(maj, min);

        expect(parseDeviceNumber(formatDeviceNumber(device))).toBe(device);
        expect(parseDeviceNumber(`${maj}:${min}\n`)).toBe(device);
      }),
    );
  });

  it.each(["", "8", "8:", ":1", "8:1:0", "-8:1", "4096:0", "0:1048576", "0x8:1", "a:b"])(
    "does not take %j for one",
    (text) => {
      expect(parseDeviceNumber(text)).toBeUndefined();
    },
  );
});
