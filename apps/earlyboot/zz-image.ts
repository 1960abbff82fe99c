import { buildImage, planImage } from "@earlyboot/initrd-image";
import { genericModules, readModuleIndex, moduleClosure } from "@earlyboot/kernel-modules";
import { readdirSync, readFileSync } from "node:fs";
import { hostFiles } from "./src/build/host-files.ts";
const [directory = "", out = "", which = "generic"] = process.argv.slice(2);
const version = directory.split("/").at(-1) ?? "";
const index = readModuleIndex(hostFiles, directory, { configuration: [] });
const names = which === "generic" ? [...genericModules(index), "loop"] : which.split(",");
const extra = readdirSync("/tmp/km-guest").filter((n) => /\.ko/.test(n));
const plan = await planImage({
  architecture: "x64",
  bundle: "/tmp/km-guest/guest.cjs",
  configuration: { version: 1, kernel: version },
  modules: { version, directory, names },
  programs: [],
  files: extra.map((n) => ({ path: `/extra/${n}`, file: `/tmp/km-guest/${n}` })),
});
const r = await buildImage(plan, { output: out, compression: "lz4" });
console.log(JSON.stringify(r).slice(0, 300), plan.warnings);
