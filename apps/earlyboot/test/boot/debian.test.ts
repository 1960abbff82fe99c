import { expect } from "@jest/globals";
import { bootGuest } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { debianRoot, whyNoDebian } from "../support/debian-root.ts";

/** What systemd-analyze says: `… finished in 3.1s (kernel) + 4.2s (initrd) + 9.8s (userspace) = 17.1s`. */
const analysis = /(Startup finished in .* \+ ((?:\d+min )?[\d.]+m?s) \(initrd\) \+ .*)\n/;

function seconds(span = ""): number {
  const [, minutes = 0, amount, unit] = /^(?:(\d+)min )?([\d.]+)(m?s)$/.exec(span) ?? [];
  return Number(minutes) * 60 + Number(amount) / (unit === "ms" ? 1000 : 1);
}

bootTest(
  "boots a Debian with systemd to its login prompt, and tells systemd-analyze the time that it took",
  async () => {
    const guest = await bootGuest({
      disks: [{ file: debianRoot() }],
      commandLine: "root=LABEL=debian rw systemd.show_status=1",
    });

    await guest.console.expect("earlyboot: handing over to /sbin/init");
    const [prompt] = await guest.console.expect(/^\S+ login: $/m, 600);

    expect(prompt).toMatch(/ login: $/);
    expect(guest.console.text()).toContain("Welcome to");
    const { console } = guest;
    console.type("root\n");
    await console.expect(/^root@.*# $/m);
    // Its answer comes once the boot is over.
    console.type("until systemd-analyze --no-pager time; do sleep 1; done\n");
    const [, text = "", initrd] = await console.expect(analysis, 600);
    const kernel = Number(/^\[ *([\d.]+)\] Run \/init as init process/m.exec(console.text())?.[1]);
    const handed = Number(/^\[ *([\d.]+)\] earlyboot: handing over/m.exec(console.text())?.[1]);
    process.stdout.write(`${text}\n`);
    // systemd counts from the boot program's first look at the clock to its own.
    expect(seconds(initrd)).toBeGreaterThan((handed - kernel) / 2);
    expect(seconds(initrd)).toBeLessThan(handed - kernel + 10);
  },
  { reason: await whyNoDebian() },
);
