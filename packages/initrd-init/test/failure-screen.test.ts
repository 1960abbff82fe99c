import { expect, it } from "@jest/globals";
import { BootFailure, failureScreen } from "@earlyboot/initrd-init";

const failure = new BootFailure({
  operation: "find the root file system LABEL=rot",
  reason: "LABEL=rot is not there; LABEL=root is, on /dev/vda1",
  hints: ["Correct root= in the boot loader's menu."],
  seen: ["/dev/vda1  10 GiB  ext4  LABEL=root"],
});

it("says what failed, what was asked for, what was seen and what to try", () => {
  const screen = failureScreen(failure, { asked: ["root=LABEL=rot (command line)"], seen: [] });

  expect(screen).toBe(`earlyboot: this machine did not boot.
What failed:
  find the root file system LABEL=rot
  LABEL=rot is not there; LABEL=root is, on /dev/vda1
Asked for:
  root=LABEL=rot (command line)
Seen:
  /dev/vda1  10 GiB  ext4  LABEL=root
What to try:
  - Correct root= in the boot loader's menu.
`);
});

it("shows a long line whole, and as many devices as there is room for", () => {
  const uuid = "6fe39064-5a29-4518-bb99-83fe08bb87d1";
  const disks = Array.from({ length: 9 }, (_, n) => `/dev/vd${n}  48 MiB  ext4  UUID=${uuid}`);
  const long = `/dev/vdz  48 MiB  ext4  LABEL=earlyboot-root  UUID=${uuid}`;

  const screen = failureScreen(failure, { asked: ["root=LABEL=rot"], seen: [...disks, long] });

  for (const disk of disks) expect(screen).toContain(disk);
  expect(screen).toContain(`LABEL=earlyboot-root\n    UUID=${uuid}\n`);
});

it("fits 80 columns and 24 lines, whatever it is given, and counts what it leaves out", () => {
  const long = "x".repeat(300);
  const many = Array.from({ length: 100 }, (_, n) => `line ${n} ${long}`);

  const screen = failureScreen(
    new BootFailure({ operation: long, reason: many.join(" "), hints: many, seen: many }),
    { asked: many, seen: many },
  );

  const lines = screen.trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(screen).toContain("more");
});

it("shows no control characters", () => {
  const screen = failureScreen(
    new BootFailure({ operation: "mount \u001b[2J", reason: "a\u0007b" }),
    { asked: [], seen: ["label \u001b]0;x\u0007"] },
  );

  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  expect(screen).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});
