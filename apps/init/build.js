import { build } from "esbuild";

// One CommonJS file, which Node starts quickest and which needs no node_modules in the image.
await build({
  entryPoints: ["src/main.ts"],
  outfile: "dist/init.cjs",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node24",
  external: ["*.node"],
  define: { "import.meta.dirname": "__dirname" },
});
