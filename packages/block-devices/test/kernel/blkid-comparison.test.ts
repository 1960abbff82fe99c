import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { identify, type Identification } from "@earlyboot/block-devices";
import { askBlkid, hasProgram, openImage, runShell } from "./blkid.ts";
import { handBuiltImages } from "../hand-built-images.ts";
import { writeImage } from "../recorded-images.ts";
import { imageRecipes, programOf, type Recipe } from "./image-recipes.ts";

const most = 300 * 1024;
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "block-devices-"));
  mkdirSync(join(directory, "tree"));
  writeFileSync(join(directory, "tree", "file"), "content\n".repeat(500));
});

afterAll(() => rmSync(directory, { recursive: true }));

describe("identify says what blkid says about", () => {
  for (const recipe of imageRecipes) {
    const missing = ["blkid", programOf(recipe)].filter((program) => !hasProgram(program));
    const test = missing.length === 0 ? it : it.skip;
    const reason = missing.length === 0 ? "" : ` (needs ${missing.join(" and ")})`;
    test(`${recipe.name}${reason}`, async () => await compareWithBlkid(recipe));
  }
});

describe("identify says what blkid says about hand-built images:", () => {
  for (const handBuilt of handBuiltImages.filter(({ isKnownToBlkid }) => isKnownToBlkid)) {
    const test = hasProgram("blkid") ? it : it.skip;
    test(handBuilt.name, async () => {
      const image = join(directory, "image");
      writeImage(image, handBuilt);

      await expectSame(image);
    });
  }
});

const udfTest = hasProgram("mkudffs") ? it : it.skip;
udfTest("identify believes the copy of a damaged descriptor of UDF (needs mkudffs)", async () =>
  expectCopyIsBelieved(),
);

async function expectCopyIsBelieved(): Promise<void> {
  const image = join(directory, "image");
  runShell("rm -f $F; truncate -s 16M $F && mkudffs --label=whole $F", { F: image });
  const bytes = readFileSync(image);
  bytes.write("spoilt", bytes.indexOf("*OSTA UDF Compliant") - 132);
  writeFileSync(image, bytes);
  const source = openImage(image);

  const found = await identify(source);

  source.close();
  expect(found).toMatchObject({ type: "udf", label: "whole", version: "2.01" });
}

async function compareWithBlkid({ size, command }: Recipe): Promise<void> {
  const image = join(directory, "image");
  const line = `rm -f $F $F.*; { truncate -s ${size} $F && ${command}; } >$D/log 2>&1`;
  runShell(`${line} || { cat $D/log >&2; exit 1; }`, { F: image, D: directory });
  await expectSame(image);
}

async function expectSame(image: string): Promise<void> {
  const source = openImage(image);

  const found = await identify(source);

  source.close();
  expect(pick(found)).toEqual(answerOf(askBlkid(image)));
  expect(source.bytes).toBeLessThanOrEqual(most);
}

function pick(found: Identification | undefined): object {
  const { type, uuid, label, subUuid, usage, version } = found ?? {};
  return { type, uuid, label, subUuid, usage, ...(type === "ntfs" ? {} : { version }) };
}

function answerOf(blkid: ReturnType<typeof askBlkid>): object {
  if (blkid === "ambivalent") return { type: "ambivalent" };
  return {
    type: blkid["ID_FS_TYPE"],
    uuid: blkid["ID_FS_UUID_ENC"],
    label: blkid["ID_FS_LABEL_ENC"],
    subUuid: blkid["ID_FS_UUID_SUB_ENC"],
    usage: blkid["ID_FS_USAGE"],
    ...(blkid["ID_FS_TYPE"] === "ntfs" ? {} : { version: blkid["ID_FS_VERSION"] }),
  };
}
