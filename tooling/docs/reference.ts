// The pages of docs/reference, made from what the code itself reads: the table of boot parameters
// and the schemas of configurations. `node reference.ts` writes them; a test compares them.
import { readFileSync, writeFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);

interface Parameter {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly value: string;
  readonly meaning: string;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const { bootParameters }: { readonly bootParameters: readonly Parameter[] } = await import(
  new URL("packages/initrd-init/dist/index.js", root).href
);
const { configSchema }: { readonly configSchema: Schema } = await import(
  new URL("apps/earlyboot/dist/config/config-schema.js", root).href
);
const bootConfiguration = schemaFile("packages/initrd-init/schema/boot-configuration.json");
const bootReport = schemaFile("packages/initrd-init/schema/boot-report.json");

/** The pages, by their paths in the repository. */
export const pages: Readonly<Record<string, string>> = {
  "docs/reference/boot-parameters.md": parametersPage(),
  "docs/reference/configuration.md": schemaPage(
    "Configuration",
    "What `earlyboot.config.ts`, `.js`, `.mjs` or `.json` may say. Everything has a default. `earlyboot init` writes a file to begin with.",
    configSchema,
    bootConfiguration,
  ),
  "docs/reference/boot-configuration.md": schemaPage(
    "Boot configuration",
    "What `/etc/earlyboot.json` in an image may say. `earlyboot build` makes it from the configuration.",
    bootConfiguration,
  ),
  "docs/reference/boot-report.md": schemaPage(
    "Boot report",
    "What `/run/earlyboot/report.json` says after a boot. `earlyboot report` shows it.",
    bootReport,
  ),
  // For editors, as `$schema` of a configuration in JSON.
  "apps/earlyboot/schema/config.json": `${JSON.stringify(configSchema, undefined, 2)}\n`,
};

if (process.argv[1] === import.meta.filename)
  for (const [path, text] of Object.entries(pages)) writeFileSync(new URL(path, root), text);

function schemaFile(path: string): Schema {
  return JSON.parse(readFileSync(new URL(path, root), "utf8"));
}

function parametersPage(): string {
  const rows = bootParameters.map(({ name, aliases = [], value, meaning }) => [
    [name, ...aliases].map((word) => code(value === "" ? word : `${word}=`)).join(", "),
    value,
    meaning,
  ]);
  return page(
    "Boot parameters",
    "The parameters of the kernel's command line that earlyboot reads. The last one of a name wins; the command line wins over the configuration of the image. A parameter that nobody knows is a warning, with the nearest name.",
    table(["parameter", "value", "meaning"], rows),
  );
}

function schemaPage(
  title: string,
  introduction: string,
  schema: Schema,
  descriptions?: Schema,
): string {
  const rows = properties(schema, descriptions);
  return page(title, introduction, table(["key", "value", "meaning"], rows));
}

/** A row for each property of `schema`; what it does not describe, `others` may. */
function properties(schema: Schema, others?: Schema, path = ""): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => name !== "$schema")
    .flatMap(([name, property]) => {
      const described = others?.properties?.[name];
      const key = path === "" ? name : `${path}.${name}`;
      const required = schema.required?.includes(name) ? "Required." : undefined;
      const usual = property.default ?? described?.default;
      const meaning = [
        property.description ?? described?.description,
        usual === undefined ? undefined : `Default ${code(JSON.stringify(usual))}.`,
        required,
      ].filter((sentence) => sentence !== undefined);
      const row = [code(key), values(property), meaning.join(" ")];
      const { part, suffix } = nested(property);
      const below = properties(part, described && nested(described).part, key + suffix);
      return [row, ...below];
    });
}

/** The object inside a property: itself, the elements of a list, or one of the alternatives. */
function nested(property: Schema): { readonly part: Schema; readonly suffix: string } {
  if (property.items) {
    const inner = nested(property.items);
    return { part: inner.part, suffix: `[]${inner.suffix}` };
  }
  const alternatives = (property.anyOf ?? []).map(nested);
  return alternatives.find(({ part }) => part.properties) ?? { part: property, suffix: "" };
}

function values(property: Schema): string {
  if ("const" in property) return code(JSON.stringify(property.const));
  if (property.enum) return property.enum.map((value) => code(JSON.stringify(value))).join(", ");
  if (property.anyOf) return property.anyOf.map(values).join(", or ");
  if (property.type === "array") return `list of ${values(property.items ?? {})}`;
  return [property.type ?? "anything"].flat().join(" or ");
}

function page(title: string, introduction: string, body: string): string {
  return `# ${title}\n\n${introduction}\n\n${body}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map(tableRow).join("");
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}
