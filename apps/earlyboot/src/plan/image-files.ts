import {
  imageEntries,
  type CpioEntry,
  type Image,
  type ImagePlan,
  type PlannedEntry,
} from "@earlyboot/initrd-image";
import { moduleName } from "@earlyboot/kernel-modules";
import { makedev } from "@earlyboot/linux-syscalls";
import type { FileDescription, FileTree } from "@earlyboot/linux-syscalls/testing";

/** The files of an image, for a simulated machine that is booted with it. */
export function filesOfImage(image: Image): FileTree {
  const entries = imageEntries(image);
  return Object.fromEntries(
    [...entries].flatMap(([path, entry]) => {
      const file = describeEntry(
        entry.sameAs === undefined ? entry : { ...entry, ...entries.get(entry.sameAs) },
      );
      return file === undefined ? [] : [[`/${path}`, file]];
    }),
  );
}

function describeEntry({
  path,
  kind,
  mode,
  content = new Uint8Array(),
  target = "",
  device,
}: CpioEntry): FileDescription | undefined {
  switch (kind) {
    case "directory":
      return { kind, mode };
    case "link":
      return { kind, target };
    case "block":
    case "character":
      return device && { kind, mode, device: makedev(device.major, device.minor) };
    case "fifo":
    case "socket":
      return { kind, mode };
    case "file":
      return describeFile(path, mode, content);
    default:
      return undefined;
  }
}

/** The files of an image that is not built yet. Of its programs only the names matter. */
export function filesOfPlan(plan: ImagePlan): FileTree {
  return Object.fromEntries(plan.entries.map((entry) => [entry.path, describePlanned(entry)]));
}

function describePlanned(entry: PlannedEntry): FileDescription {
  const { path, kind, mode } = entry;
  if (kind === "directory") return { kind, mode };
  if (kind === "link") return { kind, target: entry.target };
  if (kind === "character") {
    return { kind, mode, device: makedev(entry.device.major, entry.device.minor) };
  }
  const text = entry.source.kind === "text" ? Buffer.from(entry.source.text) : undefined;
  return describeFile(path, mode, text);
}

/** A module is known by its name, a program is taken to succeed. */
function describeFile(
  path: string,
  mode: number,
  content: Uint8Array = new Uint8Array(),
): FileDescription {
  // Copies: a part of an image would keep the whole of it in memory.
  if (/\.ko(\.\w+)?$/.test(path)) {
    return { kind: "file", mode, module: moduleName(path), content: content.slice() };
  }
  if ((mode & 0o111) !== 0) return { kind: "file", mode, program: {} };
  return { kind: "file", mode, content: content.slice() };
}
