import { existsSync, readFileSync } from "node:fs";

import { describe, expect, it } from "@jest/globals";

import { essentialDeviceNodes, type DeviceNode } from "@earlyboot/device-nodes";

import { isRoot, programPath, rootReason, runUnshared } from "./run-program.ts";

const describeAsRoot = isRoot ? describe : describe.skip;

const kinds = {
  block: 0o060000,
  character: 0o020000,
  directory: 0o040000,
  link: 0o120000,
  socket: 0o140000,
};

/** How a node has to look, with the number that the running kernel gives to a block device. */
function show({ name, kind, mode, target, major = 0, minor = 0 }: DeviceNode): string {
  const known = `/sys/class/block/${name}/dev`;
  const number = existsSync(known) ? readFileSync(known, "utf8").trim() : `${major}:${minor}`;
  return `${name} ${(kinds[kind] | mode).toString(8)} ${target ?? number}`;
}

describeAsRoot(`the essential nodes, on a tmpfs and under a strict umask${rootReason}`, () => {
  it("are what the list says, work, stay when made again, and are refused where a file is", () => {
    const { status, stdout, stderr } = runUnshared(
      ["--mount"],
      [process.execPath, programPath("make-device-nodes.ts")],
    );

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      nodes: [...essentialDeviceNodes().map(show), "net/tun 20600 10:200"],
      again: [],
      zeros: [0, 0, 0, 0],
      refusal:
        "DeviceNodeError: /mnt/dev/null is a regular file, not a character device 1:3. " +
        "Remove what should not be there, and try again.",
    });
  });
});
