import { fieldsOf } from "../fields.ts";
import { magic, type Format } from "../format.ts";

/** The hash tree of dm-verity. See Documentation/admin-guide/device-mapper/verity.rst. */
export const verity: Format = {
  magics: [magic(0, "verity\0\0")],
  async read(reader) {
    const bytes = await reader.at(0, 512);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    if (fields.u32(8) !== 1) return { rejected: "DM_verity_hash", why: "its version is not known" };
    return {
      type: "DM_verity_hash",
      usage: "crypto",
      version: "1",
      uuid: fields.uuid(16),
      uuidKind: "dce",
    };
  },
};

/** dm-integrity. */
export const integrity: Format = {
  magics: [magic(0, "integrt\0")],
  async read(reader) {
    const bytes = await reader.at(0, 64);
    if (bytes === undefined) return undefined;
    return { type: "DM_integrity", usage: "crypto", version: String(bytes[8]) };
  },
};

/** The exception store of dm-snapshot. */
export const snapshot: Format = {
  magics: [magic(0, "SnAp")],
  async read(reader) {
    const bytes = await reader.at(0, 16);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    if (fields.u32(4) > 1 || fields.u32(8) !== 1) return undefined;
    return { type: "DM_snapshot_cow", usage: "other" };
  },
};
