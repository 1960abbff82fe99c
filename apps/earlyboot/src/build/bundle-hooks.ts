import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Host } from "@earlyboot/initrd-image";
import type { BuildFailure, BuildOptions, BuildResult, Message } from "esbuild";
import { CommandError, errorText } from "../command-error.ts";

/**
 * Makes one module of the module with hooks and all that it imports, for an image, which holds no other files:
 * modules of the user, packages, JSON. Only what is part of Node stays an import. Packages of earlyboot are
 * found wherever the module lies.
 *
 * @throws CommandError naming every import that cannot come along, or that it exports no hooks.
 */
export async function bundleHooks(file: string, host: Host = "node"): Promise<string> {
  if (!existsSync(file)) throw new CommandError(`There is no module of hooks ${file}.`);
  const { outputFiles, warnings } = await bundle(resolve(file), host);
  if (warnings.filter(({ id }) => id === "import-is-undefined").length === 2) {
    throw new CommandError(
      `The module of hooks ${file} exports neither "before" nor "after". Export one of them: an object of functions by the names of stages.`,
    );
  }
  return outputFiles.map(({ text }) => text).join("");
}

type Bundled = BuildResult<{ write: false }>;

async function bundle(file: string, host: Host): Promise<Bundled> {
  const { build } = await importBundler();
  try {
    return await build({
      stdin: {
        contents: `import * as hooks from ${JSON.stringify(`./${basename(file)}`)};\nexport const before = hooks.before, after = hooks.after;\n`,
        resolveDir: dirname(file),
        sourcefile: "hooks",
      },
      absWorkingDir: dirname(file),
      bundle: true,
      write: false,
      ...forHost[host],
      nodePaths: [runtimePackages()],
      logLevel: "silent",
    });
  } catch (error) {
    throw new CommandError(
      `The module of hooks ${file} cannot be made part of an image: ${reasons(error)}`,
      { cause: error },
    );
  }
}

/** Only hooks need it, and it wants to run a script when it is installed: so it is who has hooks that installs it. */
async function importBundler() {
  try {
    return await import("esbuild");
  } catch (cause) {
    const text = `Hooks are bundled by esbuild, which cannot be loaded: ${errorText(cause)}. Install it beside earlyboot: npm install esbuild.`;
    throw new CommandError(text, { cause });
  }
}

/** Bare has no modules of Node: to import one is an error. */
const forHost: Readonly<Record<Host, BuildOptions>> = {
  bare: { platform: "neutral", mainFields: ["module", "main"], format: "esm", target: "es2024" },
  node: {
    platform: "node",
    format: "esm",
    target: "node24",
    // CommonJS packages ask for Node's modules by `require`, which a module does not have.
    banner: {
      js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
    },
  },
};

/** The packages that the boot program is made of, as files. */
function runtimePackages(): string {
  const bundled = fileURLToPath(import.meta.resolve("@earlyboot/init/init.cjs"));
  return join(dirname(bundled), "runtime/node_modules");
}

function reasons(error: unknown): string {
  return isBuildFailure(error) ? error.errors.map(reason).join("; ") : errorText(error);
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Object && "errors" in error && Array.isArray(error.errors);
}

function reason({ text, location }: Message): string {
  const where = location === null ? "" : `${location.file}:${location.line}: `;
  const addon = text.startsWith('No loader is configured for ".node" files');
  return `${where}${addon ? "a native addon cannot be bundled" : text}`;
}
