import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { EarlyFile } from "@earlyboot/initrd-image";

/** Which microcode an image holds: that of this machine's processors, that of all that there is, or none. */
export type MicrocodeChoice = "all" | "auto" | "none";

/**
 * Finds the microcode of x86 processors that is installed here, or on a machine whose files are below `top`, as the
 * kernel wants it before everything else. See Documentation/arch/x86/microcode.rst.
 */
export function findMicrocode(choice: MicrocodeChoice, top = ""): readonly EarlyFile[] {
  if (choice === "none") return [];
  const wanted = choice === "auto" ? filesOfProcessor(join(top, "/proc/cpuinfo")) : undefined;
  return vendors.flatMap(({ name, directory, isCode }) => {
    const place = join(top, "/lib/firmware", directory);
    const files = existsSync(place) ? readdirSync(place).filter(isCode).toSorted() : [];
    const chosen = files.filter((file) => wanted?.has(`${directory}/${file}`) ?? true);
    if (chosen.length === 0) return [];
    const path = `/kernel/x86/microcode/${name}.bin`;
    return [{ path, files: chosen.map((file) => join(place, file)) }];
  });
}

const vendors = [
  {
    name: "AuthenticAMD",
    directory: "amd-ucode",
    isCode: (file: string) => /^microcode_amd.*\.bin$/.test(file),
  },
  {
    name: "GenuineIntel",
    directory: "intel-ucode",
    isCode: (file: string) => /^[0-9a-f]{2}-[0-9a-f]{2}-[0-9a-f]{2}$/.test(file),
  },
] as const;

/** The names of the files for the processors that `/proc/cpuinfo` lists; a virtual machine's need none. */
function filesOfProcessor(cpuinfo: string): ReadonlySet<string> {
  const processors = readFileSync(cpuinfo, "utf8").split("\n\n");
  return new Set(processors.flatMap(fileOf));
}

function fileOf(processor: string): readonly string[] {
  const value = (name: string) => new RegExp(`^${name}\\s*: (.*)$`, "m").exec(processor)?.[1] ?? "";
  if (value("flags").split(" ").includes("hypervisor")) return [];
  const [family, model, stepping] = ["cpu family", "model", "stepping"].map((name) =>
    Number(value(name)).toString(16).padStart(2, "0"),
  );
  const vendor = value("vendor_id");
  if (vendor === "GenuineIntel") return [`intel-ucode/${family}-${model}-${stepping}`];
  if (vendor !== "AuthenticAMD") return [];
  // Before family 15h there is one file for all.
  const name = Number(value("cpu family")) < 0x15 ? "" : `_fam${family}h`;
  return [`amd-ucode/microcode_amd${name}.bin`];
}
