import { accessSync, constants, readFileSync, writeFileSync } from "node:fs";
import { cache, environment } from "./places.js";
import { output, say, step } from "./say.js";

/**
 * Installs what is missing, asking nothing. Fails when a needed package cannot be had; says so when
 * it is only a wanted one.
 */
export async function installPackages({ needed, wanted }) {
  const missing = await missingOf([...needed, ...wanted]);
  if (missing.length === 0) return;
  const become = await administrator();
  const left = become ? await installed(become, missing, needed) : missing;
  if (left.length === 0) return;
  const text = explain(left, become);
  if (left.some((one) => needed.includes(one))) throw new Error(text);
  say(`${text} What needs them will be left out.`);
}

/** Installs `missing` and gives what is still missing; what the archive lacked lately is not asked for again. */
async function installed(become, missing, needed) {
  const absent = readAbsent();
  const asked = missing.filter((one) => needed.includes(one) || !absent.includes(one.name));
  if (asked.length === 0) return missing;
  const names = asked.map(({ name }) => name);
  await step(`Installing Debian packages: ${names.join(" ")}`, () => install(become, names));
  const left = await missingOf(missing);
  writeFileSync(
    absentFile,
    JSON.stringify({ since: Date.now(), names: left.map(({ name }) => name) }),
  );
  return left;
}

const absentFile = `${cache}/absent-packages.json`;
const day = 24 * 60 * 60 * 1000;

function readAbsent() {
  try {
    const { since, names } = JSON.parse(readFileSync(absentFile, "utf8"));
    return Date.now() - since < day ? names : [];
  } catch {
    return [];
  }
}

function explain(packages, become) {
  const names = packages.map(({ name }) => name).join(" ");
  if (!onDebian()) {
    const programs = packages.map(({ name, program }) => program ?? name).join(", ");
    return `This is not a Debian or Ubuntu; please install, by its own means: ${programs}.`;
  }
  return become
    ? `These packages could not be installed here: ${names}.`
    : `Some Debian packages are missing, and neither root nor sudo without a password is there to install them. Please run: sudo apt-get install --no-install-recommends ${names}`;
}

async function missingOf(packages) {
  if (!onDebian()) return packages.filter(({ name, program }) => !onPath(program ?? name));
  const format = "${Package} ${db:Status-Status}\n";
  const names = packages.map(({ name }) => name);
  // dpkg-query ends with 1 when it does not know a package: what it does know is printed all the same.
  const query = ["-c", 'dpkg-query -W -f "$0" "$@" 2>/dev/null || true', format, ...names];
  const known = new Set((await output("sh", query)).split("\n"));
  return packages.filter(({ name }) => !known.has(`${name} installed`));
}

/** The words that begin a command as root: none for root itself, `undefined` when nothing helps. */
async function administrator() {
  if (!onDebian()) return undefined;
  if (process.getuid() === 0) return [];
  if (!onPath("sudo")) return undefined;
  return output("sudo", ["-n", "true"]).then(
    () => ["sudo", "-n"],
    () => undefined,
  );
}

async function install(become, names) {
  // An installation that was interrupted leaves packages unpacked, and apt-get refuses to go on.
  await asRoot(become, ["dpkg", "--configure", "-a"]);
  const all = () => asRoot(become, [...aptInstall, ...names]);
  await all()
    .catch(async () => {
      await updateLists(become);
      await all();
    })
    // One that is no longer in the archive makes apt-get refuse all.
    .catch(async () => {
      for (const name of names) await asRoot(become, [...aptInstall, name]).catch(() => {});
    });
}

/** Fetches the lists of what the archive has. Another apt-get may be at it: then after it. */
export async function updateLists(become) {
  const words = become ?? (await administrator());
  if (!words) throw new Error("The lists of packages are missing. Please run: sudo apt-get update");
  for (;;) {
    try {
      return await asRoot(words, ["apt-get", "-qq", "update"]);
    } catch (error) {
      if (!/Could not get lock/.test(error.message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

const aptInstall = [
  "apt-get",
  "-qq",
  "-y",
  "--no-install-recommends",
  "-o",
  "DPkg::Lock::Timeout=600",
  "-o",
  "Dpkg::Options::=--force-confdef",
  "-o",
  "Dpkg::Options::=--force-confold",
  "install",
];

function asRoot(become, words) {
  const [program, ...parameters] = [
    ...become,
    "env",
    "DEBIAN_FRONTEND=noninteractive",
    "NEEDRESTART_SUSPEND=1",
    ...words,
  ];
  return output(program, parameters);
}

function onDebian() {
  return onPath("apt-get") && onPath("dpkg-query");
}

/** Whether a program is there. */
export function onPath(program) {
  return environment.PATH.split(":").some((directory) => {
    try {
      accessSync(`${directory}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
