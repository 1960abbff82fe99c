import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { testKernel } from "../support/boot-environment.ts";
import { bootGuest, scratchFile, type TestGuest } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { changeModules } from "../support/change-modules.ts";
import { testImage } from "../support/test-image.ts";

async function bootWith(options: Partial<TestGuest>) {
  const file = scratchFile("root");
  await makeScratchRoot({ file });
  return bootGuest({
    disks: [{ file }],
    ...options,
    commandLine: `root=LABEL=earlyboot-root earlyboot.timeout=15 ${options.commandLine ?? ""}`,
  });
}

bootTest("names the hardware whose driver the image lacks", async () => {
  const guest = await bootWith({ image: await testImage({ modules: ["overlay"] }) });
  const console = await guest.ended();

  expect(console).toContain("this machine did not boot");
  expect(console).toMatch(/no driver for 0000:00:\S+: the image lacks virtio_pci/);
});

bootTest(
  "names both kernels when the modules are of another one",
  async () => {
    const guest = await bootWith({ image: await testImage({ kernel: "generic" }) });
    const console = await guest.ended();

    expect(console).toContain("this machine did not boot");
    expect(console).toContain(testKernel("cloud")?.version);
    expect(console).toContain(testKernel("generic")?.version);
  },
  { reason: testKernel("generic") === undefined ? "needs Debian's linux-image-amd64" : undefined },
);

bootTest(
  "names both kernels when a single module is of another one",
  async () => {
    const modulesDirectory = testKernel("generic")?.modules ?? "";
    const guest = await bootWith({ image: await testImage({ modulesDirectory }) });
    const console = await guest.ended();

    expect(console).toContain("this machine did not boot");
    expect(console).toContain(
      `it was built for kernel ${testKernel("generic")?.version}, but kernel ${testKernel("cloud")?.version} is running`,
    );
  },
  { reason: testKernel("generic") === undefined ? "needs Debian's linux-image-amd64" : undefined },
);

for (const [ending, compress] of [
  ["gz", "gzip"],
  ["xz", "xz --check=crc32 -0"],
  ["zst", "zstd -q --rm"],
] as const) {
  bootTest(
    `boots with modules that a distribution compresses to .${ending}`,
    async () => {
      // Debian's depmod cannot read .gz, so it is asked before.
      const modulesDirectory = changeModules(
        `find . -name '*.ko' -exec ${compress} {} +; sed -i 's/[.]ko/.ko.${ending}/g' modules.dep`,
      );
      const guest = await bootWith({ image: await testImage({ modulesDirectory }) });
      const { report } = await guest.reachedInit();

      expect(report?.modules).toContainEqual(
        expect.objectContaining({ name: "virtio_blk", outcome: "loaded" }),
      );
    },
    { programs: ["depmod", compress.split(" ")[0] ?? ""] },
  );
}

bootTest(
  "says that a module is not signed, for a kernel that asks for signatures",
  async () => {
    const modulesDirectory = changeModules(
      "strip --strip-debug kernel/drivers/block/virtio_blk.ko",
    );
    const guest = await bootWith({
      image: await testImage({ modulesDirectory }),
      commandLine: "module.sig_enforce=1",
    });
    const console = await guest.ended();

    expect(console).toContain("this machine did not boot");
    expect(console).toContain(
      "virtio_blk cannot be loaded: it is not signed, and this kernel only takes signed modules",
    );
  },
  { programs: ["depmod", "strip"] },
);

bootTest("leaves the signatures of modules whole, for a kernel that asks for them", async () => {
  const guest = await bootWith({ commandLine: "module.sig_enforce=1" });

  expect((await guest.reachedInit()).pid).toBe(1);
});

bootTest("does not load a module that the command line forbids", async () => {
  const guest = await bootWith({ commandLine: "modprobe.blacklist=virtio_rng,virtio_blk" });
  const console = await guest.ended();

  expect(console).toContain("this machine did not boot");
});

bootTest("loads a list of modules in its order, without looking at the hardware", async () => {
  const configuration = { modules: { load: ["virtio_pci", "virtio_blk"], coldplug: false } };
  const guest = await bootWith({ image: await testImage({ configuration }) });
  const { report } = await guest.reachedInit();

  const loaded = (report?.modules ?? []).map(({ name }) => name);
  expect(loaded).toContain("virtio_blk");
  expect(loaded).not.toContain("virtio_rng");
});

bootTest("goes on without a module that does not come up for half a minute", async () => {
  // Measures 22 times for 2 s in its start, in which nothing can interrupt it.
  const configuration = { modules: { load: ["tcrypt mode=304 sec=2"] } };
  const modules = ["virtio_pci", "virtio_blk", "tcrypt"];
  const guest = await bootWith({ image: await testImage({ configuration, modules }) });
  const facts = await guest.reachedInit();

  expect(guest.console.text()).toContain(
    "module tcrypt has not come up for 30 s; going on without it",
  );
  expect(guest.console.text()).toContain("once the kernel is done with module tcrypt");
  expect(facts.pid).toBe(1);
});
