import { expect, it } from "@jest/globals";
import { parseMountinfo } from "../src/build/host-root.ts";

const mountinfo = `21 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
22 21 0:20 / /proc rw - proc proc rw
30 21 254:2 / /home rw,relatime shared:5 master:1 - xfs /dev/vda2 rw
`;

it("finds what is mounted at the root", () => {
  expect(parseMountinfo(mountinfo)).toEqual({ device: "254:1", type: "ext4", source: "/dev/vda1" });
});

it("takes the topmost of several", () => {
  expect(parseMountinfo(`${mountinfo}40 21 0:50 / / rw - overlay overlay rw\n`)?.type).toBe(
    "overlay",
  );
});
