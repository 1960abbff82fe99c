import { readFileSync } from "node:fs";
import type { StreamedContent } from "./cpio.ts";
import { cutElf } from "./cut-elf.ts";
import { type DataObject, type Replacement, dataObjects, strippedElf } from "./elf.ts";
import { forgetCppSymbols } from "./forget-symbols.ts";
import { ImageError } from "./image-error.ts";
import type { IntlChoice } from "./plan.ts";
import { smallIntl } from "./small-intl.ts";

/** The script that Bare runs first, and the bundle that this script loads: data in its executable. */
const objects = ["bare_js", "bare_js_len", "bare_bundle", "bare_bundle_len"] as const;
const names: ReadonlySet<string> = new Set(objects);

/** What the executable is made of. */
interface BareScripts {
  readonly file: string;
  readonly script: string;
  readonly later: string | undefined;
  readonly intl: IntlChoice;
}

/**
 * The executable of Bare with `script` in place of its own first script, which makes the module system. In place
 * of the bundle with Bare's command line, `script` is handed `later`, a NUL, and Bare's own first script.
 *
 * @throws ImageError `bad-elf`: not Bare; `bad-option`: a script is larger than the room for it.
 */
export function bareExecutable({ file, script, later, intl }: BareScripts): StreamedContent {
  const found = dataObjects(file, (name) => names.has(name));
  const [first, firstLength, bundle, bundleLength] = objects.map((name) => found.get(name));
  if (!first || !firstLength || !bundle || !bundleLength) {
    throw new ImageError("bad-elf", `${file} does not hold what Bare runs first: is it Bare?`);
  }
  const whole = readFileSync(file);
  const theirs = whole.subarray(first.offset, first.offset + first.size);
  const ours = later === undefined ? Buffer.alloc(0) : readFileSync(later);
  const changes = [
    ...replaced(first, firstLength, readFileSync(script), script),
    ...replaced(bundle, bundleLength, Buffer.concat([ours, Buffer.alloc(1), theirs]), file),
    ...(intl === "small" ? [englishOnly(file)] : []),
  ];
  // Addons for Bare take C names of it, and no others.
  const fewer = forgetCppSymbols(whole);
  if (fewer === undefined) return strippedElf(file, changes);
  const { strings, replacements } = fewer;
  return cutElf(file, strings, strings.content, [...changes, ...replacements]);
}

/** Zeros stay where other languages were: one stretch can be cut out of a file, and that of the names is longer. */
function englishOnly(file: string): Replacement {
  const { object, content } = smallIntl(file);
  return { offset: object.offset, bytes: Buffer.concat([content], object.size) };
}

function replaced(
  room: DataObject,
  length: DataObject,
  content: Uint8Array,
  from: string,
): readonly { readonly offset: number; readonly bytes: Uint8Array }[] {
  if (content.length > room.size) {
    throw new ImageError(
      "bad-option",
      `${from} has ${content.length} bytes, and the room in Bare's executable is ${room.size}`,
    );
  }
  const bytes = Buffer.alloc(room.size);
  bytes.set(content);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(content.length));
  return [
    { offset: room.offset, bytes },
    { offset: length.offset, bytes: size },
  ];
}
