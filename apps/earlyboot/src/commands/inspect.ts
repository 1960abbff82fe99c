import { basename } from "node:path";
import { compareImages, imageEntries, type Image } from "@earlyboot/initrd-image";
import { nearestWord } from "@earlyboot/linux-syscalls";
import { readImageFile } from "../inspect/read-image-file.ts";
import { CommandError } from "../command-error.ts";
import { formatDifferences } from "../inspect/format-differences.ts";
import { imagePage } from "../inspect/image-page.ts";
import { formatImage } from "../inspect/format-image.ts";
import type { CommandDefinition } from "../run-command-line.ts";

/** `earlyboot inspect FILE [PATH]` */
export const inspectCommand: CommandDefinition = (program, terminal, finish) => {
  program
    .command("inspect")
    .argument("<file>", "an image, whoever made it")
    .argument("[path]", "a file in it, whose content is printed")
    .description("Show what is in an image: its parts, a tree with sizes, or one file.")
    .option("--compare <other>", "say how another image differs; ends with 1 when it does")
    .option("--html", "print a page that shows what takes the space")
    .option("--json", "print the facts as JSON")
    .addHelpText(
      "after",
      `
Examples:
  earlyboot inspect /boot/initrd.img
  earlyboot inspect /boot/initrd.img etc/earlyboot.json
  earlyboot inspect old.img --compare new.img
  earlyboot inspect earlyboot.img --html > space.html`,
    )
    .action(async (file: string, path: string | undefined, options: InspectOptions) => {
      const image = await readImageFile(file);
      if (path !== undefined) {
        process.stdout.write(contentOf(image, path, file));
      } else if (options.compare !== undefined) {
        const differences = compareImages(image, await readImageFile(options.compare));
        const lines = options.json
          ? [asJson(differences)]
          : formatDifferences(differences, terminal);
        for (const line of lines) terminal.line(line);
        finish(differences.length === 0 ? 0 : 1);
      } else if (options.html) {
        terminal.write(imagePage(image, basename(file)));
      } else {
        const lines = options.json
          ? [asJson(withoutContents(image))]
          : formatImage(image, terminal);
        for (const line of lines) terminal.line(line);
      }
    });
};

interface InspectOptions {
  readonly compare?: string;
  readonly html?: boolean;
  readonly json?: boolean;
}

/** @throws CommandError when there is no such file, naming the nearest. */
function contentOf(image: Image, path: string, file: string): Uint8Array {
  const name = path.replace(/^\/+/, "");
  const entries = imageEntries(image);
  const entry = entries.get(name);
  const content = entries.get(entry?.sameAs ?? name)?.content;
  if (content !== undefined) return content;
  if (entry !== undefined)
    throw new CommandError(`/${name} in ${file} is a ${entry.kind}, which has no content.`);
  const near = nearestWord(name, entries.keys());
  const hint = near === undefined ? "" : ` Did you mean /${near}?`;
  throw new CommandError(`There is no /${name} in ${file}.${hint}`);
}

function withoutContents({ size, segments }: Image): object {
  return {
    size,
    segments: segments.map(({ entries, ...segment }) => ({
      ...segment,
      entries: entries.map(({ content, ...entry }) => ({ ...entry, size: content?.length ?? 0 })),
    })),
  };
}

function asJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
