import { fieldsOf, type Fields } from "../fields.ts";
import { magic, type Format } from "../format.ts";

const signature = "-FVE-FS-";

/** Where each kind of boot sector says where the metadata is; Vista's does not. */
const metadataFields: readonly (readonly [start: string, at: number | undefined])[] = [
  ["\u00ebR\u0090-FVE-FS-", undefined],
  ["\u00ebX\u0090-FVE-FS-", 176],
  ["\u00ebX\u0090MSWIN4.1", 440],
];

/** BitLocker; on removable media it begins like FAT, so its metadata has to confirm it. */
export const bitlocker: Format = {
  magics: [magic(3, signature), magic(3, "MSWIN4.1")],
  async read(reader) {
    const bytes = await reader.at(0, 512);
    if (bytes === undefined) return undefined;
    const boot = fieldsOf(bytes);
    const kind = metadataFields.find(([start]) => start === latin1(boot, 11));
    if (kind === undefined) return undefined;
    const [, at] = kind;
    if (at === undefined) return { type: "BitLocker", usage: "crypto" };
    const metadata = await reader.at(boot.u64(at), 12);
    if (metadata === undefined || fieldsOf(metadata).text(0, 8) !== signature) return undefined;
    return { type: "BitLocker", usage: "crypto", version: String(fieldsOf(metadata).u16(10)) };
  },
};

function latin1(fields: Fields, length: number): string {
  return String.fromCharCode(...fields.slice(0, length));
}
