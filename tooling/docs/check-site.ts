// Looks at every link of the site: it leads to a file of the site, and to a place that is there.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const site = join(import.meta.dirname, "site");
const pages = globSync("**/*.html", { cwd: site }).map((page) => join(site, page));
const places = new Map(pages.map((page) => [page, anchors(readFileSync(page, "utf8"))]));
const broken = pages.flatMap((page) => links(page).filter((link) => !leadsSomewhere(page, link)));

for (const link of broken) console.error(link);
console.log(`${pages.length} pages, ${broken.length} broken links`);
process.exitCode = broken.length === 0 ? 0 : 1;

function links(page: string): readonly string[] {
  const html = readFileSync(page, "utf8");
  const targets = [...html.matchAll(/<(?:a|link|script|img)\b[^>]*?\b(?:href|src)="([^"]*)"/g)];
  return [...new Set(targets.map(([, target = ""]) => target))].filter(
    (target) => !/^(https?|data|mailto):/.test(target),
  );
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = decodeURIComponent(link).split("#");
  const file = path === "" ? page : resolve(dirname(page), path.replace(/\?.*$/, ""));
  if (!existsSync(file)) return false;
  return anchor === undefined || anchor === "" || places.get(file)?.has(anchor) !== false;
}

function anchors(html: string): ReadonlySet<string> {
  return new Set([...html.matchAll(/\b(?:id|name)="([^"]*)"/g)].map(([, name = ""]) => name));
}
