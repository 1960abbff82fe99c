import { formatDeviceNumber } from "../device-number.ts";
import { pathInFileSystem } from "./directory.ts";
import { FileKind } from "../constants.ts";
import { addEntry, removeEntry } from "./directory.ts";
import { putDirectory, putFile, putLink, putText } from "./generate.ts";
import type { Kernel } from "./kernel.ts";
import type { LoadedModule } from "./module-state.ts";
import { allOptions, fileSystemOptions, mountWords } from "./mount-flags.ts";
import { type Mount, isReachable } from "./mount-tree.ts";
import { pathOf } from "./path-walk.ts";
import { type SuperBlock, makeInode } from "./super-block.ts";

/** What procfs tells besides what the kernel's own state says. */
export interface ProcFacts {
  readonly commandLine: string;
  readonly release: string;
  /** In bytes. */
  readonly memory: number;
  readonly consoles: string;
  readonly modules: () => readonly LoadedModule[];
}

/** Fills procfs. */
export function fillProc(kernel: Kernel, proc: SuperBlock, facts: ProcFacts): void {
  const { process, types, clock } = kernel;
  const own = `/${process.pid}`;
  putLink(proc, "/self", String(process.pid));
  putLink(proc, "/mounts", "self/mounts");
  putFile(proc, `${own}/mounts`, { read: () => mountsText(kernel) });
  putFile(proc, `${own}/mountinfo`, { read: () => mountinfoText(kernel) });
  putFile(proc, `${own}/cmdline`, { read: () => "/init\0" });
  putText(proc, `${own}/exe`, "the program that the kernel started");
  fillDescriptors(kernel, proc, `${own}/fd`);
  putText(proc, "/cmdline", facts.commandLine);
  putText(proc, "/version", `Linux version ${facts.release} (simulated)`);
  putFile(proc, "/filesystems", {
    read: () =>
      [...types.values()]
        .map(({ name, needsDevice }) => `${needsDevice ? "" : "nodev"}\t${name}\n`)
        .join(""),
  });
  putFile(proc, "/modules", { read: () => facts.modules().map(moduleLine).join("") });
  putFile(proc, "/uptime", { read: () => `${(clock.now() / 1000).toFixed(2)} 0.00\n` });
  putFile(proc, "/meminfo", { read: () => meminfoText(facts.memory) });
  putFile(proc, "/consoles", { read: () => facts.consoles });
  putFile(proc, "/partitions", { read: () => partitionsText(kernel) });
  putText(proc, "/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority");
  putText(proc, "/sys/kernel/osrelease", facts.release);
  putText(proc, "/sys/kernel/ostype", "Linux");
  for (const [name, text] of settings) putSetting(proc, `/sys/kernel/${name}`, text);
}

const settings: readonly (readonly [name: string, text: string])[] = [
  ["hostname", "(none)\n"],
  ["hotplug", "\n"],
  ["modprobe", "/sbin/modprobe\n"],
  ["panic", "0\n"],
  ["printk", "7\t4\t1\t7\n"],
  ["printk_devkmsg", "ratelimit\n"],
  ["random/boot_id", "00000000-0000-4000-8000-000000000000\n"],
];

/** A file below `/proc/sys` that remembers what is written to it. */
function putSetting(proc: SuperBlock, path: string, text: string): void {
  let value = text;
  const write = (bytes: Uint8Array): void => {
    value = `${new TextDecoder().decode(bytes).replace(/\n$/, "")}\n`;
  };
  putFile(proc, path, { read: () => value, write }, 0o644);
}

/** The links of `/proc/self/fd`, made anew for each look. */
function fillDescriptors({ process }: Kernel, proc: SuperBlock, path: string): void {
  const above = putDirectory(proc, path.slice(0, path.lastIndexOf("/")));
  const directory = addEntry(
    above,
    "fd",
    makeInode(proc, FileKind.Directory | 0o500, { hooks: { refresh } }),
    proc.seconds(),
  );

  function refresh(): void {
    for (const dentry of directory.inode.entries.values()) removeEntry(dentry, proc.seconds());
    for (const [descriptor, file] of process.descriptors) {
      const target =
        file.place === undefined ? `/${file.path} (deleted)` : pathOf(file.place, process.root);
      const inode = makeInode(proc, FileKind.Link | 0o700, { target });
      addEntry(directory, String(descriptor), inode, proc.seconds());
    }
  }
}

/** The mounts that the process can see: those at or below its root. */
export function visibleMounts({ tree, process }: Kernel): readonly Mount[] {
  return tree.mounts.filter((mount) => isReachable({ mount, dentry: mount.root }, process.root));
}

/** `/proc/mounts`, see proc_pid_mounts(5). */
function mountsText(kernel: Kernel): string {
  const line = (mount: Mount): string =>
    [
      escape(mount.source),
      escape(mountPointOf(kernel, mount)),
      mount.superBlock.type.name,
      escape(allOptions(mount)),
      "0 0\n",
    ].join(" ");
  return visibleMounts(kernel).map(line).join("");
}

/** `/proc/self/mountinfo`, see proc_pid_mountinfo(5). */
function mountinfoText(kernel: Kernel): string {
  const line = (mount: Mount): string => {
    const { id, place, superBlock, root, source } = mount;
    const fields = [
      id,
      place?.mount.id ?? id,
      formatDeviceNumber(superBlock.device),
      `${escape(pathInFileSystem(root))}${root.gone ? "//deleted" : ""}`,
      escape(mountPointOf(kernel, mount)),
      mountWords(mount),
      ...propagationWords(mount),
      "-",
      superBlock.type.name,
      escape(source),
      escape(fileSystemOptions(mount)),
    ];
    return `${fields.join(" ")}\n`;
  };
  return visibleMounts(kernel).map(line).join("");
}

function mountPointOf({ process }: Kernel, mount: Mount): string {
  return pathOf({ mount, dentry: mount.root }, process.root);
}

function propagationWords({ peerGroup, master, unbindable }: Mount): readonly string[] {
  return [
    ...(peerGroup === undefined ? [] : [`shared:${peerGroup}`]),
    ...(master === undefined ? [] : [`master:${master}`]),
    ...(unbindable ? ["unbindable"] : []),
  ];
}

/** Blanks, tabs, newlines, backslashes and `#` as three octal digits. */
function escape(text: string): string {
  return text.replace(
    /[ \t\n\\#]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}

function moduleLine({ name, size, users, state }: LoadedModule): string {
  const by = users.size === 0 ? "-" : `${[...users].join(",")},`;
  const word = state === "live" ? "Live" : "Loading";
  return `${name} ${size} ${users.size} ${by} ${word} 0x0000000000000000\n`;
}

function meminfoText(memory: number): string {
  const size = String(Math.floor(memory / 1024)).padStart(8);
  return ["MemTotal:       ", "MemFree:        ", "MemAvailable:   "]
    .map((name) => `${name}${size} kB\n`)
    .join("");
}

function partitionsText({ blocks }: Kernel): string {
  const rows = [...blocks.values()].map(({ name, number, size }) => {
    const [major, minor] = formatDeviceNumber(number).split(":");
    const cells = [major?.padStart(4), minor?.padStart(8), String(size / 1024).padStart(10), name];
    return `${cells.join(" ")}\n`;
  });
  return `major minor  #blocks  name\n\n${rows.join("")}`;
}
