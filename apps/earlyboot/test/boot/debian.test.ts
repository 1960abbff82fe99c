import { expect, jest } from "@jest/globals";
import { bootGuest } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { debianRoot, whyNoDebian } from "../support/debian-root.ts";

// The first time a Debian is made, which takes minutes.
jest.setTimeout(1_200_000);

bootTest(
  "boots a Debian with systemd to its login prompt",
  async () => {
    const guest = await bootGuest({
      disks: [{ file: debianRoot() }],
      commandLine: "root=LABEL=debian rw systemd.show_status=1",
    });

    await guest.console.expect("earlyboot: handing over to /sbin/init");
    const [prompt] = await guest.console.expect(/^\S+ login: $/m, 600);

    expect(prompt).toMatch(/ login: $/);
    expect(guest.console.text()).toContain("Welcome to");
  },
  { reason: await whyNoDebian() },
);
