import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { onPath, updateLists } from "./machine.js";
import { cache } from "./places.js";
import { output, say, step } from "./say.js";

const architecture = process.arch === "arm64" ? "arm64" : "amd64";

/** The packages that stand for the newest kernel of a kind: Debian's name, then Ubuntu's. */
const metaPackages = {
  cloud: [`linux-image-cloud-${architecture}`, "linux-image-virtual"],
  generic: [`linux-image-${architecture}`, "linux-image-generic"],
};

/** The directory of a kernel: `boot/vmlinuz-VERSION` and `lib/modules/VERSION`. */
function kernelDirectory(kind) {
  return `${cache}/kernels/${kind === "cloud" ? `cloud-${architecture}` : architecture}`;
}

/** The kernel that `npm start` boots. */
export function kernelFile() {
  const boot = `${kernelDirectory("cloud")}/boot`;
  return `${boot}/${readdirSync(boot).find((name) => name.startsWith("vmlinuz-"))}`;
}

/** Fetches a kernel with its modules into the cache, without installing it. */
export async function installKernel(kind, { optional = false } = {}) {
  const directory = kernelDirectory(kind);
  if (existsSync(directory)) return;
  try {
    await step(`Fetching a kernel for the guest (${kind})`, () =>
      unpackAtomically(directory, () => kernelPackages(kind), writeModuleIndex),
    );
  } catch (error) {
    const text = `No kernel of the kind "${kind}" could be fetched; give your own by: npm start -- --kernel FILE --modules DIR. ${error.message}`;
    if (!optional) throw new Error(text, { cause: error });
    say(text);
  }
}

/** Fetches a busybox that needs no library: the init of the scratch disk. */
export async function installBusybox() {
  const directory = `${cache}/busybox`;
  if (existsSync(directory)) return;
  await step("Fetching busybox for the guest", () =>
    unpackAtomically(directory, () => ["busybox-static"]),
  );
}

/** Unpacks packages beside `directory` and renames: what stands there is always whole. */
async function unpackAtomically(directory, findPackages, finish = async () => {}) {
  const part = `${directory}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(`${part}/download`, { recursive: true });
  const packages = await download(`${part}/download`, findPackages);
  for (const file of packages) await output("dpkg-deb", ["-x", file, `${part}/tree`]);
  await finish(`${part}/tree`);
  renameSync(`${part}/tree`, directory);
  rmSync(part, { recursive: true });
}

async function download(directory, findPackages) {
  if (!onPath("apt-get")) throw new Error("apt-get is not here.");
  const attempt = async () =>
    output("apt-get", ["-qq", "download", ...(await findPackages())], { cwd: directory });
  await attempt().catch(async () => {
    await updateLists();
    await attempt();
  });
  return readdirSync(directory).map((name) => `${directory}/${name}`);
}

/** The packages with the kernel itself and its modules, below the one that stands for the newest. */
async function kernelPackages(kind) {
  for (const name of metaPackages[kind]) {
    const found = await closure(name);
    if (found.length > 0) return found;
  }
  throw new Error(`The archive has none of ${metaPackages[kind].join(", ")}.`);
}

async function closure(name) {
  const text = await output("apt-cache", ["show", "--no-all-versions", name]).catch(() => "");
  const depends = /^Depends: (.*)$/m.exec(text)?.[1] ?? "";
  const names = depends.split(/[,|]/).map((one) => one.trim().split(/[ :]/)[0]);
  const kernels = names.filter((one) => /^linux-(image|modules)-(unsigned-)?\d/.test(one));
  const below = await Promise.all(kernels.map((one) => closure(one)));
  return [...new Set([...kernels, ...below.flat()])];
}

/** What the package's own installation would write. */
async function writeModuleIndex(tree) {
  // Since the merge of /usr, packages hold usr/lib/modules only.
  if (!existsSync(`${tree}/lib/modules`)) symlinkSync("usr/lib", `${tree}/lib`);
  for (const version of readdirSync(`${tree}/lib/modules`)) {
    await output("depmod", ["-b", tree, version]);
  }
}
