// Builds the plan in a JSON file, as another process: `node build.js PLAN OPTIONS`.
import { readFileSync } from "node:fs";
import { buildImage } from "@earlyboot/initrd-image";

const [plan, options] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
const { sha256 } = await buildImage(plan, options);
// Not getrusage(2), whose maximum has in it what the parent had when it forked.
const [, memory] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
process.stdout.write(JSON.stringify({ sha256, memory: Number(memory) }));
