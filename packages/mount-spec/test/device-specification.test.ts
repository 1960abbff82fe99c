import { describe, expect, it } from "@jest/globals";
import {
  formatDeviceSpecification,
  parseDeviceSpecification,
  parseRootParameter,
} from "@earlyboot/mount-spec";
import { errorCode } from "@earlyboot/linux-syscalls";
import * as fc from "fast-check";
import { anyText, counterexample, devices, same } from "./arbitraries.ts";

const uuid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";

const rootForms = [
  ["/dev/vda1", { device: { path: "/dev/vda1" } }],
  ["8:1", { device: { number: "8:1" } }],
  ["08:01", { device: { number: "8:1" } }],
  [`UUID=${uuid}`, { device: { uuid, kind: "dce" } }],
  [`UUID=${uuid.toUpperCase()}`, { device: { uuid, kind: "dce" } }],
  ["UUID=1234-abcd", { device: { uuid: "1234-ABCD", kind: "fat" } }],
  ["LABEL=my root", { device: { label: "my root" } }],
  ["LABEL=LABEL=x", { device: { label: "LABEL=x" } }],
  [`PARTUUID=${uuid}`, { device: { partUuid: uuid } }],
  ["PARTUUID=1234ABCD-01", { device: { partUuid: "1234abcd-01" } }],
  ["PARTUUID=1234abcd-01/PARTNROFF=2", { device: { partUuid: "1234abcd-01", partOffset: 2 } }],
  ["PARTUUID=1234abcd-01/PARTNROFF=-1", { device: { partUuid: "1234abcd-01", partOffset: -1 } }],
  ["PARTUUID=1234abcd-01/PARTNROFF=0", { device: { partUuid: "1234abcd-01" } }],
  ["PARTLABEL=root", { device: { partLabel: "root" } }],
  [uuid, { device: { uuid, kind: "dce" } }],
  ["2024-01-31-12-00-00-00", { device: { uuid: "2024-01-31-12-00-00-00", kind: "iso9660" } }],
  ["nfs:host:/a:b", { device: { nfs: { host: "host", path: "/a:b" } }, type: "nfs" }],
  ["nfs:host:a", { device: { nfs: { host: "host", path: "a" } }, type: "nfs" }],
  ["host:/a", { device: { nfs: { host: "host", path: "/a" } }, type: "nfs" }],
  ["[fe80::1]:/a", { device: { nfs: { host: "fe80::1", path: "/a" } }, type: "nfs" }],
  ["9p:share", { device: { tag: "share", type: "9p" }, type: "9p" }],
  ["virtiofs:share", { device: { tag: "share", type: "virtiofs" }, type: "virtiofs" }],
  ["tmpfs", { device: { none: "tmpfs" }, type: "tmpfs" }],
  ["my-root", { device: { label: "my-root" } }],
  ["uuid=1", { device: { label: "uuid=1" } }],
  ["none:x", { device: { label: "none:x" } }],
  ["tag:x", { device: { label: "tag:x" } }],
  ["a b:/c", { device: { label: "a b:/c" } }],
  ["8:1:0", { device: { label: "8:1:0" } }],
] as const;

const wrongForms = [
  ["", "a device"],
  ["a\0b", "a device"],
  ["UUID=", "something after UUID="],
  ["LABEL=", "something after LABEL="],
  ["UUID=xyz", "a UUID"],
  ["PARTUUID=xyz", "a disk signature"],
  ["PARTUUID=1234abcd-01/PARTNROFF=", "PARTNROFF"],
  ["PARTUUID=1234abcd-01/PARTNROFF=99999999999999999999", "PARTNROFF"],
] as const;

describe("parseRootParameter", () => {
  it.each(rootForms)("reads %s", (text, root) => {
    expect(parseRootParameter(text)).toEqual(root);
  });

  it.each([
    ['LABEL="my root"', { label: "my root" }],
    ['PARTLABEL="a"', { partLabel: "a" }],
    ['UUID="1234-ABCD"', { uuid: "1234-ABCD", kind: "fat" }],
    ['LABEL="', { label: '"' }],
    ['LABEL=a"b"', { label: 'a"b"' }],
  ] as const)("takes no quotes round the value of a tag for a part of it: %s", (text, device) => {
    expect(parseRootParameter(text)).toEqual({ device });
  });

  it.each(wrongForms)("refuses %j, and says that it expected %s", (text, words) => {
    expect(() => parseRootParameter(text)).toThrow(
      expect.objectContaining({
        code: "BAD_DEVICE_SPECIFICATION",
        message: expect.stringContaining(words),
      }),
    );
  });

  it("reads any text, or refuses it with its own error", () => {
    expect(
      counterexample(
        fc.property(anyText, (text) => {
          try {
            return Object.keys(parseRootParameter(text).device).length > 0;
          } catch (error) {
            return errorCode(error) === "BAD_DEVICE_SPECIFICATION";
          }
        }),
      ),
    ).toBeUndefined();
  });
});

describe("parseDeviceSpecification", () => {
  it.each(rootForms.filter(([text]) => !/^(none|tag):/.test(text)))(
    "reads %s as root= does",
    (text, { device }) => {
      expect(parseDeviceSpecification(text)).toEqual(device);
    },
  );

  it("reads the names of no device, and tags whose type stands elsewhere", () => {
    expect(parseDeviceSpecification("none:proc")).toEqual({ none: "proc" });
    expect(parseDeviceSpecification("tag:share")).toEqual({ tag: "share" });
  });

  it.each(wrongForms.map(([text]) => text))("refuses %j", (text) => {
    expect(() => parseDeviceSpecification(text)).toThrow(
      expect.objectContaining({ code: "BAD_DEVICE_SPECIFICATION", text }),
    );
  });

  it("shows control characters in its error escaped", () => {
    expect(() => parseDeviceSpecification("UUID=\x1b[2J")).toThrow(/UUID=\\x1b\[2J/);
  });
});

describe("formatDeviceSpecification", () => {
  it("writes what parseDeviceSpecification reads as the same", () => {
    expect(
      counterexample(
        fc.property(devices, (device) => {
          const again = parseDeviceSpecification(formatDeviceSpecification(device));
          // The text of a UUID does not tell exfat from fat.
          return same(again, device.kind === "exfat" ? { ...device, kind: "fat" } : device);
        }),
      ),
    ).toBeUndefined();
  });

  it("writes a text that is read once more as the same text", () => {
    expect(
      counterexample(
        fc.property(anyText, (text) => {
          fc.pre(!/^(PART)?UUID=|LABEL=$/.test(text));
          const written = formatDeviceSpecification(parseDeviceSpecification(text));
          return formatDeviceSpecification(parseDeviceSpecification(written)) === written;
        }),
      ),
    ).toBeUndefined();
  });
});
