import { readImage, type Image } from "@earlyboot/initrd-image";
import { CommandError, errorText } from "../command-error.ts";

/** Reads an image that a person named. @throws CommandError with the name, when it cannot be read. */
export async function readImageFile(file: string): Promise<Image> {
  try {
    return await readImage(file);
  } catch (error) {
    throw new CommandError(`${file} cannot be read as an image: ${errorText(error)}`, {
      cause: error,
    });
  }
}
