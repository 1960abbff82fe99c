// Builds the plan in a JSON file, as another process: `node build.js PLAN OPTIONS`.
import { readFileSync } from "node:fs";
import { buildImage } from "@earlyboot/initrd-image";

const [plan, options] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
const { sha256 } = await buildImage(plan, options);
process.stdout.write(JSON.stringify({ sha256, memory: process.resourceUsage().maxRSS }));
