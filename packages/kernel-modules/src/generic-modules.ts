import { matchAlias } from "./match-alias.ts";
import type { ModuleFile, ModuleIndex } from "./module-index.ts";

/** What a module of {@link genericModules} is there for. */
export type ModulePurpose = "storage" | "file-systems" | "crypto" | "usb" | "keyboards" | "network";

/** Every {@link ModulePurpose}. */
export const modulePurposes: readonly ModulePurpose[] = [
  "storage",
  "file-systems",
  "crypto",
  "usb",
  "keyboards",
  "network",
];

/**
 * The modules that an image needs to boot from a disk on a machine that nobody has seen: buses and adapters
 * of storage, file systems, ciphers for disks, USB, keyboards, and the network cards of QEMU.
 *
 * They are chosen by the kernel's directories and by aliases, so that new drivers come along by themselves.
 * Their dependencies are left to {@link moduleClosure}.
 */
export function genericModules(
  index: ModuleIndex,
  purposes: readonly ModulePurpose[] = modulePurposes,
): readonly string[] {
  const modules = [...index.modules.values()];
  const chosen = new Set(purposes.flatMap((purpose) => choosers[purpose](index, modules)));
  const needsBoard = modules.some(({ path }) => /\/arch\/(?:arm|arm64|riscv)\//.test(path));
  if (needsBoard) for (const name of inDirectories(modules, boards)) chosen.add(name);
  return [...chosen];
}

type Chooser = (index: ModuleIndex, modules: readonly ModuleFile[]) => readonly string[];

const choosers: Readonly<Record<ModulePurpose, Chooser>> = {
  storage: (_, modules) => inDirectories(modules, storage),
  "file-systems": (index, modules) => [
    ...withAlias(index, inDirectories(modules, ["fs"]), /^(?:fs|quota-format)-/),
    ...inDirectories(modules, ["fs/nls", "net/9p"]),
  ],
  crypto: (index, modules) => withAlias(index, inDirectories(modules, ciphers), /^crypto-/),
  usb: (_, modules) => inDirectories(modules, usb),
  keyboards: (_, modules) => inDirectories(modules, keyboards),
  network: (index) => qemuCards.flatMap((card) => matchAlias(index, card)),
};

/** Directories of the kernel's source. */
const storage = [
  "block",
  "drivers/ata",
  "drivers/block",
  "drivers/cdrom",
  "drivers/hv",
  "drivers/md",
  "drivers/message/fusion",
  "drivers/misc/cardreader",
  "drivers/mmc",
  "drivers/nvdimm",
  "drivers/nvme/host",
  "drivers/pci",
  "drivers/s390",
  "drivers/scsi",
  "drivers/ufs",
  "drivers/virtio",
  "drivers/xen",
];

const ciphers = ["arch/\\w+/crypto", "arch/\\w+/lib/crypto", "crypto", "lib/crypto"];

const usb = ["drivers/usb/(?:c67x00|cdns3|chipidea|common|core|dwc2|dwc3|host|phy|storage|typec)"];

const keyboards = [
  "drivers/hid",
  "drivers/input/keyboard",
  "drivers/input/serio",
  "drivers/platform/surface",
];

/** What boards that do not tell their devices need before a disk answers: clocks, supplies, buses. */
const boards = [
  "drivers/(?:bus|clk|dma|gpio|hwspinlock|i2c|interconnect|iommu|mailbox|mfd|nvmem|phy|pinctrl)",
  "drivers/(?:pmdomain|power|pwm|regulator|remoteproc|reset|rpmsg|soc|spi|spmi)",
];

/** The cards of QEMU, as they ask for their drivers: virtio, e1000, e1000e, igb, rtl8139, ne2k, pcnet, … */
const qemuCards = [
  "virtio:d00000001v00001AF4",
  ...[
    "00008086d0000100E",
    "00008086d000010D3",
    "00008086d000010C9",
    "000010ECd00008139",
    "000010ECd00008029",
    "00001022d00002000",
    "000015ADd000007B0",
    "00001011d00000019",
    "00008086d00001229",
  ].map((card) => `pci:v${card}sv00001AF4sd00001100bc02sc00i00`),
  "usb:v0525pA4A2d0000dc02dsc00dp00ic02isc02ip00in00",
];

function inDirectories(
  modules: readonly ModuleFile[],
  directories: readonly string[],
): readonly string[] {
  // The first part of a path tells who made the module: `kernel`, `extra`, `updates`.
  const pattern = new RegExp(`^[^/]+/(?:${directories.join("|")})/`);
  return modules.filter(({ path }) => pattern.test(path)).map(({ name }) => name);
}

function withAlias(index: ModuleIndex, names: readonly string[], alias: RegExp): readonly string[] {
  const having = new Set<string>();
  for (const line of index.readText("modules.alias").split("\n")) {
    const [, pattern = "", module = ""] = line.split(" ");
    if (alias.test(pattern)) having.add(module);
  }
  return names.filter((name) => having.has(name));
}
