import { type Devices, type LoopRequest, errorCode } from "@earlyboot/linux-syscalls";
import { constants } from "node:fs";

import { big, fields, flag, largestOffset, path } from "./arguments.ts";
import { openBlockDevice } from "./block-device.ts";
import { C } from "./c-constants.ts";
import type { Kernel } from "./kernel.ts";
import { btrfsArguments, loopConfig, loopFileName } from "./layouts.ts";
import { makeStructure, writeText } from "./structure.ts";
import { shareUevents } from "./uevents.ts";
import { withOpenFile } from "./whole-file.ts";

const { O_RDONLY, O_RDWR } = constants;

/** uevents, block devices, loop devices, btrfs. */
export function deviceCalls(kernel: Kernel): Devices {
  return {
    openUevents: shareUevents(kernel),
    openBlockDevice: async (device) => openBlockDevice(kernel, device),
    attachLoop: (request) => attachLoop(kernel, checkLoop(request)),
    detachLoop(device) {
      const where = path("ioctl", "device", device);
      withOpenFile(where, O_RDONLY, 0, (open) => {
        kernel.call("ioctl", [open, C.LOOP_CLR_FD, null], { path: where });
      });
    },
    scanBtrfsDevice: (device) => void askBtrfs(kernel, C.BTRFS_IOC_SCAN_DEV, device),
    btrfsDevicesReady: (device) => askBtrfs(kernel, C.BTRFS_IOC_DEVICES_READY, device) === 0,
  };
}

function checkLoop(request: LoopRequest): Required<LoopRequest> {
  const { file, readOnly, offset } = fields("ioctl", "request", request);
  return {
    file: path("ioctl", "file", file),
    readOnly: flag("ioctl", "readOnly", readOnly),
    offset: big("ioctl", "offset", offset ?? 0n, largestOffset),
  };
}

/** Takes a free device; when somebody else takes it first (EBUSY), the next one. */
function attachLoop(kernel: Kernel, request: Required<LoopRequest>): string {
  const access = request.readOnly ? O_RDONLY : O_RDWR;
  return withOpenFile(request.file, access, 0, (image) => {
    const config = makeStructure(loopConfig, {
      descriptor: image,
      offset: request.offset,
      flags: request.readOnly ? C.LO_FLAGS_READ_ONLY : 0,
    });
    nameLoop(config, request.file);
    for (let attempt = 1; ; attempt++) {
      const device = `/dev/loop${freeLoop(kernel)}`;
      if (configured(kernel, device, access, config, attempt < mostAttempts)) return device;
    }
  });
}

const mostAttempts = 64;

/** The name is for people (losetup -l): the beginning of a long one must do. */
function nameLoop(config: Uint8Array, file: string): void {
  new TextEncoder().encodeInto(
    file,
    config.subarray(loopFileName, loopFileName + C.LO_NAME_SIZE - 1),
  );
}

function freeLoop(kernel: Kernel): number {
  const control = "/dev/loop-control";
  return withOpenFile(control, O_RDWR, 0, (open) =>
    kernel.call("ioctl", [open, C.LOOP_CTL_GET_FREE, null], { path: control }),
  );
}

function configured(
  kernel: Kernel,
  device: string,
  access: number,
  config: Uint8Array,
  mayBeBusy: boolean,
): boolean {
  try {
    return withOpenFile(device, access, 0, (open) => {
      return kernel.call("ioctl", [open, C.LOOP_CONFIGURE, config], { path: device }) === 0;
    });
  } catch (error) {
    if (mayBeBusy && errorCode(error) === "EBUSY") return false;
    throw error;
  }
}

function askBtrfs(kernel: Kernel, question: number, device: unknown): number {
  const member = path("ioctl", "device", device);
  const control = "/dev/btrfs-control";
  const args = makeStructure(btrfsArguments);
  writeText(args, 8, btrfsArguments.size - 8, member);
  return withOpenFile(control, O_RDWR, 0, (open) =>
    kernel.call("ioctl", [open, question, args], { path: member }),
  );
}
