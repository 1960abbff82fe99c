import type { Decompress } from "@earlyboot/kernel-modules";
import type * as script from "./unxz.ts";

/** Where the image holds what decompresses .xz files. */
const unxzPath = "/lib/earlyboot/unxz.cjs";

/** Decompresses .xz files by the image's script for it, which `importFile` brings in when there is one. */
export function imageUnxz(importFile: (path: string) => Promise<unknown>): Decompress {
  return async (compressed) => {
    const { unxz }: typeof script = Reflect.get(Object(await importFile(unxzPath)), "default");
    return unxz(compressed);
  };
}
