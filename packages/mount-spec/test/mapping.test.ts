import { describe, expect, it } from "@jest/globals";
import {
  mappingToBindMount,
  networkConfigurationFiles,
  networkFileMappings,
  parseMapping,
  storeMapping,
} from "@earlyboot/mount-spec";

describe("parseMapping", () => {
  it("maps a source to the same place", () => {
    expect(parseMapping("/srv")).toEqual({ source: "/srv", target: "/srv", writable: false });
  });

  it("maps a source to a target", () => {
    expect(parseMapping("/srv=/mnt=x", { writable: true })).toEqual({
      source: "/srv",
      target: "/mnt=x",
      writable: true,
    });
  });

  it.each(["", "srv", "/srv=", "=/srv", "/srv=mnt"])("refuses %j", (text) => {
    expect(() => parseMapping(text)).toThrow(
      expect.objectContaining({ code: "BAD_DECLARATION", field: "mapping", value: text }),
    );
  });
});

describe("mappingToBindMount", () => {
  it("gives a read-only bind mount", () => {
    expect(mappingToBindMount(parseMapping("/srv=/mnt"))).toMatchObject({
      device: { path: "/srv" },
      mountPoint: "/mnt",
      type: "none",
      flags: ["bind-mount", "read-only"],
      check: false,
      createMountPoint: true,
    });
  });

  it("gives a writable one where that is asked for", () => {
    expect(mappingToBindMount(parseMapping("/srv", { writable: true })).flags).toEqual([
      "bind-mount",
    ]);
  });
});

describe("the mappings that are known", () => {
  it("hold the store, read-only", () => {
    expect(storeMapping()).toEqual({
      source: "/gnu/store",
      target: "/gnu/store",
      writable: false,
    });
    expect(storeMapping("/nix/store").target).toBe("/nix/store");
  });

  it("hold the files of the network, of which only resolv.conf is writable", () => {
    expect(networkConfigurationFiles).toEqual([
      "/etc/resolv.conf",
      "/etc/nsswitch.conf",
      "/etc/services",
      "/etc/hosts",
      "/etc/protocols",
    ]);
    expect(networkFileMappings).toEqual(
      networkConfigurationFiles.map((file) =>
        parseMapping(file, { writable: file === "/etc/resolv.conf" }),
      ),
    );
  });
});
