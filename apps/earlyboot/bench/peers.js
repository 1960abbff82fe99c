// Images of other generators, for the kernel that is measured; see docs/performance.md.
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/**
 * The words that compress an image, by which every generator's is made: the same program and level
 * for all. The kernel reads lz4 in its old form only.
 */
export const compressors = {
  lz4: { program: "lz4", level: 9, words: ["lz4", "-9", "-l"] },
  zstd: { program: "zstd", level: 9, words: ["zstd", "-q", "-9"] },
};

/** initramfs-tools, with nothing but its own hooks: those of mdadm, LVM and the like are left out. */
export async function makeInitramfs({ directory, kernel, compression, modules, file }) {
  const configuration = join(directory, `initramfs-tools-${modules}`);
  const own = await ownFilesOfInitramfsTools(directory);
  mkdirSync(join(configuration, "conf.d"), { recursive: true });
  mkdirSync(join(configuration, "hooks"), { recursive: true });
  mkdirSync(join(configuration, "scripts"), { recursive: true });
  writeFileSync(
    join(configuration, "initramfs.conf"),
    `MODULES=${modules}\nBUSYBOX=auto\nKEYMAP=n\n${compressionLines(compression)}` +
      "DEVICE=\nNFSROOT=auto\nRUNSIZE=10%\nFSTYPE=ext4\nRESUME=none\n",
  );
  // What the guest's disk needs, also where this machine's own disk is another one.
  writeFileSync(join(configuration, "modules"), modules === "dep" ? `${guestDrivers}\n` : "");
  await inPlaces(kernel, [[own, "/usr/share/initramfs-tools"]], {
    words: ["mkinitramfs", "-d", configuration, "-o", file, kernel.version],
  });
}

/** As Debian installs it, it says zstd and leaves the level to itself. */
function compressionLines(compression) {
  if (compression === "its own") return "COMPRESS=zstd\n";
  const { program, level } = compressors[compression];
  return `COMPRESS=${program}\nCOMPRESSLEVEL=${level}\n`;
}

const guestDrivers = "virtio_pci\nvirtio_blk\next4";

/** A copy of what the packages that make an image bootable put into initramfs-tools, without other packages' parts. */
async function ownFilesOfInitramfsTools(directory) {
  const place = "/usr/share/initramfs-tools";
  const copy = join(directory, "initramfs-tools");
  if (existsSync(copy)) return copy;
  for (const name of ["initramfs-tools-core", "klibc-utils", "kmod", "udev", "busybox-static"]) {
    const { stdout } = await execute("dpkg", ["-L", name]);
    for (const path of stdout.split("\n").filter((line) => line.startsWith(place))) {
      const target = copy + path.slice(place.length);
      mkdirSync(statSync(path).isDirectory() ? target : dirname(target), { recursive: true });
      if (statSync(path).isFile()) copyFileSync(path, target);
    }
  }
  return copy;
}

/** dracut for any machine, without what this one would add: encryption, RAID, LVM, systemd. */
export async function makeDracut({ directory, kernel, compression, file }) {
  const configuration = join(directory, "dracut.conf");
  const empty = join(directory, "dracut.conf.d");
  mkdirSync(empty, { recursive: true });
  writeFileSync(configuration, "");
  const compress = compressors[compression].words.join(" ");
  const plain = "dracut --quiet --force --no-hostonly --nomdadmconf --nolvmconf".split(" ");
  const places = ["--conf", configuration, "--confdir", empty, "--kver", kernel.version];
  const content = ["--omit", omitted, "--compress", compress];
  await inPlaces(kernel, [], { words: [...plain, ...places, ...content, file] });
}

const omitted =
  "bcache btrfs crypt dm dmraid lvm mdraid multipath nvdimm nvmf plymouth i18n resume " +
  "bluetooth crypt-gpg crypt-loop fido2 pcsc pkcs11 tpm2-tss memstrack " +
  "systemd systemd-initrd systemd-journald systemd-udevd systemd-sysctl systemd-modules-load " +
  "systemd-sysusers systemd-tmpfiles systemd-ask-password systemd-ac-power dracut-systemd dbus";

/** tiny-initramfs, which knows gzip only: it is unpacked and compressed as the others are. */
export async function makeTiny({ directory, kernel, compression, file }) {
  const own = join(directory, "tiny.img");
  const modules = "--include-modules=virtio_pci,virtio_blk,ext4";
  await inPlaces(kernel, [], {
    words: ["mktirfs", "-o", own, "-m", "no", "-M", "no", modules, kernel.version],
  });
  const repack = `gzip -dc "$1" | ${compressors[compression].words.join(" ")} > "$2"`;
  await execute("sh", ["-c", repack, "sh", own, file]);
}

/**
 * Runs a generator where the measured kernel looks installed, in a mount namespace of its own: the
 * generators read /lib/modules and /boot, whatever they are told.
 */
async function inPlaces(kernel, places, { words }) {
  const all = [
    [join(kernel.tree, "lib/modules"), "/lib/modules"],
    [join(kernel.tree, "boot"), "/boot"],
    ...places,
  ];
  const missing = all.find(([, place]) => !existsSync(place));
  if (missing) throw new Error(`${missing[1]} is not here`);
  const binds = all.map(([from, to]) => `mount --bind "${from}" "${to}"`);
  const script = [...binds, 'exec "$@"'].join(" && ");
  const namespace = process.getuid() === 0 ? ["-m"] : ["-r", "-m"];
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  const full = [...namespace, "sh", "-c", script, "sh", ...words];
  await execute("unshare", full, { env: { ...process.env, PATH: path, NODE_OPTIONS: "" } });
}

/** Why a generator cannot be used here; `undefined` when it can. */
export function whyNot(program) {
  const places = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  return places.some((place) => existsSync(join(place, program))) ? undefined : `no ${program}`;
}
