/**
 * Checks the file system that its arguments name: device, type, and options as JSON. Prints, as JSON,
 * the result, and the progress that was told.
 */
import { checkFileSystem, type CheckProgress } from "@earlyboot/fsck-runner";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";

const [device = "", type = "", options = "{}"] = process.argv.slice(2);
const progress: CheckProgress[] = [];
const result = await checkFileSystem(openLinux(), device, type, {
  ...JSON.parse(options),
  onProgress: (step) => progress.push(step),
});
console.log(JSON.stringify({ ...result, progress: progress.map(({ percent }) => percent) }));
