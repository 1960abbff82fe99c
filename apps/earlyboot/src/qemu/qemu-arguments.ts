/** A disk of the guest. */
export interface GuestDisk {
  /** The path of the disk image. */
  readonly file: string;
  /** Default `raw`. */
  readonly format?: "raw" | "qcow2";
  /** How it is attached; `none` only opens it, for a device that is plugged in later. Default `virtio`. */
  readonly bus?: "virtio" | "scsi" | "nvme" | "ahci" | "usb" | "none";
  /** Whether writes stay in the image file; default false: they are lost when the guest ends. */
  readonly writable?: boolean;
  /** Whether the guest may not write at all; default false. */
  readonly readOnly?: boolean;
  /** Bytes of a logical sector; default 512. */
  readonly sectorSize?: 512 | 4096;
}

/** A machine for QEMU to run. */
export interface GuestOptions {
  /** The kernel's file: what QEMU boots. */
  readonly kernel: string;
  /** The initial RAM disk. */
  readonly image?: string;
  /** The kernel's command line, whole. */
  readonly commandLine: string;
  /** In order: the first `virtio` one is `/dev/vda`. */
  readonly disks?: readonly GuestDisk[];
  /** In MiB; default 1024. */
  readonly memory?: number;
  /** Default 2. */
  readonly processors?: number;
  /** Default `tcg`, which works everywhere. */
  readonly accelerator?: "tcg" | "kvm";
  /** The architecture of the kernel; default this machine's. */
  readonly architecture?: GuestArchitecture;
  /** The guest's network: none (default), or QEMU's user network. */
  readonly network?: boolean;
  /** Further arguments for QEMU. */
  readonly extra?: readonly string[];
}

/** An architecture that images are made for, by Node's names. */
export type GuestArchitecture = "x64" | "arm64";

/**
 * What every guest's kernel is told: where its console is, to end at a panic, and to take the emulated clock as it is.
 * An emulation on a busy machine can be too slow for the tests of time stamps and timer, at whose failure a kernel gives
 * up its clock, or panics.
 */
export function guestKernelWords(architecture: GuestArchitecture): readonly string[] {
  return architecture === "arm64"
    ? ["console=ttyAMA0", "panic=-1"]
    : ["console=ttyS0", "panic=-1", "tsc=reliable", "no_timer_check"];
}

/** The descriptors on which QEMU finds sockets for what is not the console. */
export const qemuDescriptors = { monitor: 3, facts: 4 } as const;

/** The program and its arguments that run `guest`, with its console on the standard streams. */
export function qemuArguments(guest: GuestOptions): readonly [program: string, ...words: string[]] {
  const architecture = guest.architecture ?? hostArchitecture();
  const machine = architecture === "arm64" ? "virt" : "q35";
  const accelerator = guest.accelerator ?? "tcg";
  return [
    architecture === "arm64" ? "qemu-system-aarch64" : "qemu-system-x86_64",
    ...[
      ["-M", machine, "-accel", accelerator, "-cpu", processor(architecture, accelerator)],
      ["-smp", String(guest.processors ?? 2), "-m", String(guest.memory ?? 1024)],
      ["-nodefaults", "-display", "none", "-no-reboot"],
      ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"],
      ["-chardev", `socket,id=facts,fd=${qemuDescriptors.facts}`, "-serial", "chardev:facts"],
      ["-chardev", `socket,id=monitor,fd=${qemuDescriptors.monitor}`],
      ["-mon", "chardev=monitor,mode=control"],
      ["-kernel", guest.kernel, "-append", guest.commandLine],
      guest.image === undefined ? [] : ["-initrd", guest.image],
      guest.network ? ["-netdev", "user,id=net0", "-device", "virtio-net-pci,netdev=net0"] : [],
      controllers(guest.disks ?? []),
      ...(guest.disks ?? []).map(diskArguments),
      guest.extra ?? [],
    ].flat(),
  ];
}

/**
 * An emulated x86-64 copies byte by byte where the processor says that it is quick at that; where it does not,
 * kernels copy 8 bytes at once, and a guest takes an eighth less time to its init.
 */
function processor(architecture: GuestArchitecture, accelerator: "tcg" | "kvm"): string {
  if (accelerator === "kvm") return "host";
  return architecture === "x64" ? "max,erms=off,fsrm=off" : "max";
}

/** The architecture of this machine, where images are made for it; otherwise x64, emulated. */
export function hostArchitecture(): GuestArchitecture {
  return process.arch === "arm64" ? "arm64" : "x64";
}

/** Buses that need a controller of their own, once. */
function controllers(disks: readonly GuestDisk[]): string[] {
  const devices: Readonly<Record<string, string>> = {
    scsi: "virtio-scsi-pci,id=scsi0",
    ahci: "ahci,id=ahci0",
    usb: "qemu-xhci,id=usb0",
  };
  const buses = new Set(disks.map((disk) => disk.bus ?? "virtio"));
  return [...buses].flatMap((bus) => {
    const device = devices[bus];
    return device === undefined ? [] : ["-device", device];
  });
}

function diskArguments(disk: GuestDisk, index: number): readonly string[] {
  const id = `disk${index}`;
  const changes = disk.writable ? "" : ",snapshot=on";
  const how = disk.readOnly ? ",read-only=on" : changes;
  const drive = `file=${escaped(disk.file)},format=${disk.format ?? "raw"},if=none,id=${id}${how}`;
  const device = diskDevices[disk.bus ?? "virtio"]?.(index);
  const sectors = disk.sectorSize === 4096 ? largeSectors : "";
  const attach = device === undefined ? [] : ["-device", `${device},drive=${id}${sectors}`];
  return ["-drive", drive, ...attach];
}

const largeSectors = ",logical_block_size=4096,physical_block_size=4096";

const diskDevices: Readonly<Record<string, (index: number) => string>> = {
  virtio: () => "virtio-blk-pci",
  scsi: () => "scsi-hd,bus=scsi0.0",
  nvme: (index) => `nvme,serial=earlyboot${index}`,
  ahci: (index) => `ide-hd,bus=ahci0.${index}`,
  usb: () => "usb-storage,bus=usb0.0",
};

/** QEMU ends an option's value at a comma, unless there are two. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}
