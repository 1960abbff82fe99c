import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "@jest/globals";
import type { ExtraFile } from "@earlyboot/initrd-image";
import { testKernel } from "../../support/boot-environment.ts";
import { changeModules } from "../../support/change-modules.ts";
import type { BootScenario, ScenarioDisk } from "../../support/scenario.ts";

const disks: readonly ScenarioDisk[] = [{ holds: { ext4: {} } }];
const root = "root=LABEL=earlyboot-root earlyboot.timeout=15";
const [cloud, generic] = [testKernel("cloud"), testKernel("generic")];
const needsGeneric = {
  reason: generic === undefined ? "needs Debian's linux-image-amd64" : undefined,
};

const compressed = [
  ["gz", "gzip"],
  ["xz", "xz --check=crc32 -0"],
  ["zst", "zstd -q --rm"],
] as const;

/** Leaves what a disk on virtio needs, with all three compressions: .xz as xz makes it without being told how. */
const mixCompressions = `
  find kernel -name '*.ko' ! -path '*virtio*' -delete
  zstd -q --rm kernel/drivers/virtio/virtio_ring.ko
  xz kernel/drivers/virtio/*.ko
  gzip kernel/drivers/block/*.ko
  for file in $(find kernel -name '*.ko.*'); do sed -i "s,\${file%.*}\\>,$file," modules.dep; done
`;

function programsOf(compressions: readonly (readonly [string, string])[]): readonly string[] {
  return compressions.map(([, command]) => command.split(" ")[0] ?? "");
}

/** All below a directory of modules, for the same place in an image. */
function filesOf(directory: string): readonly ExtraFile[] {
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const files = names
    .map((name) => join(directory, name))
    .filter((file) => statSync(file).isFile());
  const place = `/lib/modules/${basename(directory)}`;
  return files.map((file) => ({ file, path: file.replace(directory, place) }));
}

/** Which modules are loaded, and what is said of those that are not. */
export const modules: readonly BootScenario[] = [
  {
    name: "names the hardware whose driver the image lacks",
    image: { modules: ["overlay"] },
    disks,
    commandLine: root,
    outcome: "failed",
    says: [/no driver for 0000:00:\S+: the image lacks virtio_pci/],
  },
  {
    name: "names both kernels when the modules are of another one",
    needs: needsGeneric,
    imageKernel: "generic",
    disks,
    commandLine: root,
    outcome: "failed",
    says: [cloud?.version ?? "", generic?.version ?? ""],
  },
  {
    name: "names both kernels when a single module is of another one",
    needs: needsGeneric,
    image: { modulesDirectory: generic?.modules ?? "" },
    disks,
    commandLine: root,
    outcome: "failed",
    says: [`it was built for kernel ${generic?.version}, but kernel ${cloud?.version} is running`],
  },
  ...compressed.map(([ending, compress]): BootScenario => ({
    name: `boots with modules that a distribution compresses to .${ending}`,
    needs: { programs: ["depmod", ...programsOf([[ending, compress]])] },
    image: () => ({
      // Debian's depmod cannot read .gz, so it is asked before.
      modulesDirectory: changeModules(
        `find . -name '*.ko' -exec ${compress} {} +; sed -i 's/[.]ko/.ko.${ending}/g' modules.dep`,
      ),
    }),
    disks,
    commandLine: root,
    outcome: "real-init",
    facts: ({ report }) =>
      expect(report?.modules).toContainEqual(
        expect.objectContaining({ name: "virtio_blk", outcome: "loaded" }),
      ),
  })),
  {
    name: "unpacks .xz, .zst and .gz modules itself, where the kernel cannot and another generator packed them",
    needs: { programs: ["depmod", ...programsOf(compressed)] },
    // The image's own modules are unpacked while it is built.
    image: () => ({ modules: [], files: filesOf(changeModules(mixCompressions)) }),
    disks,
    commandLine: root,
    outcome: "real-init",
    facts: ({ report }) => {
      const loaded = (report?.modules ?? []).filter(({ outcome }) => outcome === "loaded");
      expect(loaded.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["virtio_ring", "virtio_pci", "virtio_blk"]),
      );
    },
  },
  {
    name: "says that a module is not signed, for a kernel that asks for signatures",
    needs: { programs: ["depmod", "strip"] },
    image: () => ({
      modulesDirectory: changeModules("strip --strip-debug kernel/drivers/block/virtio_blk.ko"),
    }),
    disks,
    commandLine: `${root} module.sig_enforce=1`,
    outcome: "failed",
    says: [
      "virtio_blk cannot be loaded: it is not signed, and this kernel only takes signed modules",
    ],
  },
  {
    name: "leaves the signatures of modules whole, for a kernel that asks for them",
    disks,
    commandLine: `${root} module.sig_enforce=1`,
    outcome: "real-init",
  },
  {
    name: "does not load a module that the command line forbids",
    disks,
    commandLine: `${root} modprobe.blacklist=virtio_rng,virtio_blk`,
    outcome: "failed",
  },
  {
    name: "loads a list of modules in its order, without looking at the hardware",
    image: { configuration: { modules: { load: ["virtio_pci", "virtio_blk"], coldplug: false } } },
    disks,
    commandLine: root,
    outcome: "real-init",
    facts: ({ report }) => {
      const loaded = (report?.modules ?? []).map(({ name }) => name);
      expect(loaded).toContain("virtio_blk");
      expect(loaded).not.toContain("virtio_rng");
    },
  },
  {
    name: "goes on without a module that does not come up for half a minute",
    // Measures 22 times for 2 s in its start, in which nothing can interrupt it.
    image: {
      configuration: { modules: { load: ["tcrypt mode=304 sec=2"] } },
      modules: ["virtio_pci", "virtio_blk", "tcrypt"],
    },
    disks,
    commandLine: root,
    outcome: "real-init",
    says: [
      "module tcrypt has not come up for 30 s; going on without it",
      "once the kernel is done with module tcrypt",
    ],
  },
];
