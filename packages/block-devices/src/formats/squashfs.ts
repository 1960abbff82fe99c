import { fieldsOf } from "../fields.ts";
import { magic, type Format } from "../format.ts";

/** squashfs: version 4 is little endian, the older ones are either. It has no UUID and no label. */
export const squashfs: Format = {
  magics: [magic(0, "hsqs"), magic(0, "sqsh")],
  async read(reader) {
    const bytes = await reader.at(0, 96);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes, bytes[0] === "h".charCodeAt(0) ? "little" : "big");
    const major = fields.u16(28);
    const version = `${major}.${fields.u16(30)}`;
    if (major < 4) {
      return { type: "squashfs3", usage: "filesystem", version, blockSize: 1024 };
    }
    if (bytes[0] !== "h".charCodeAt(0)) return undefined;
    return { type: "squashfs", usage: "filesystem", version, blockSize: fields.u32(12) };
  },
};
