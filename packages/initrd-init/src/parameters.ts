/** A parameter of the kernel command line that earlyboot reads. */
export interface BootParameter {
  readonly name: string;
  /** Other names of the same parameter. */
  readonly aliases?: readonly string[];
  /** What stands after `=`; empty for a word alone. */
  readonly value: string;
  /** One sentence for the reference. */
  readonly meaning: string;
}

/** Every parameter that earlyboot reads, in the order of the reference. */
export const bootParameters: readonly BootParameter[] = [
  {
    name: "root",
    aliases: ["--root"],
    value:
      "/dev/…, MAJ:MIN, UUID=, LABEL=, PARTUUID= (with /PARTNROFF=), PARTLABEL=, a bare UUID, nfs:HOST:PATH, HOST:/PATH, 9p:TAG, virtiofs:TAG, tmpfs, or a label",
    meaning: "The root file system.",
  },
  {
    name: "rootfstype",
    value: "TYPE[,TYPE…]",
    meaning: "Its type; several are tried in order.",
  },
  { name: "rootflags", value: "OPTION[,OPTION…]", meaning: "Its mount options." },
  {
    name: "ro",
    value: "",
    meaning: "Mount the root read-only (default); the last of ro, rw wins.",
  },
  { name: "rw", value: "", meaning: "Mount the root writable." },
  { name: "rootdelay", value: "SECONDS", meaning: "Wait before looking for the root." },
  {
    name: "rootwait",
    value: "[SECONDS]",
    meaning: "Wait for the root device for ever, or so many seconds; default 180.",
  },
  {
    name: "init",
    value: "PATH",
    meaning: "The real init; default the first of /sbin/init, /etc/init, /bin/init, /bin/sh.",
  },
  { name: "resume", value: "DEVICE", meaning: "Where a hibernated system lies; reported only." },
  { name: "resume_offset", value: "PAGES", meaning: "Where in that device; reported only." },
  { name: "noresume", value: "", meaning: "Do not resume; reported only." },
  { name: "hibernate", value: "noresume", meaning: "The same as noresume." },
  {
    name: "fsck.mode",
    value: "auto | force | skip",
    meaning: "Check file systems as declared, always, or never.",
  },
  {
    name: "fsck.repair",
    value: "preen | yes | no",
    meaning: "Repair what is safe (default), everything, or nothing.",
  },
  {
    name: "modprobe.blacklist",
    aliases: ["module_blacklist"],
    value: "MODULE[,MODULE…]",
    meaning: "Modules not to load because hardware asks for them.",
  },
  { name: "ip", value: "…", meaning: "The kernel's network syntax; reported only." },
  {
    name: "panic",
    value: "SECONDS",
    meaning: "After a failure: reboot so much later, 0 waits for ever, negative reboots at once.",
  },
  { name: "quiet", value: "", meaning: "Show only warnings and errors on the console." },
  { name: "debug", value: "", meaning: "Log everything." },
  {
    name: "earlyboot.load",
    aliases: ["--load", "gnu.load"],
    value: "FILE",
    meaning: "The boot program to load in the new root.",
  },
  {
    name: "earlyboot.repl",
    aliases: ["--repl", "gnu.repl"],
    value: "",
    meaning: "Enter the REPL before the modules are loaded.",
  },
  {
    name: "earlyboot.break",
    value: "STAGE[,STAGE…]",
    meaning: "Enter the REPL before modules, network, devices, check, mount, switch.",
  },
  {
    name: "earlyboot.volatile",
    value: "[SIZE]",
    meaning: "A writable root, every change of which is lost at power-off.",
  },
  {
    name: "earlyboot.loop",
    value: "PATH",
    meaning: "The root is this image file on the file system that root= names.",
  },
  {
    name: "earlyboot.onfailure",
    value: "repl | reboot | poweroff | halt | panic",
    meaning: "What to do after a failure.",
  },
  {
    name: "earlyboot.log",
    value: "error | warning | info | debug",
    meaning: "How much to log; default info.",
  },
  { name: "earlyboot.timeout", value: "SECONDS", meaning: "How long to wait for any device." },
];
