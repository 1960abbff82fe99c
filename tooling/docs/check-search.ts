// Opens the site from its folder in Chromium, searches for an export, and looks for what is found.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const site = join(import.meta.dirname, "site");
const page = join(site, "search-check.html");
const typing = `<script>
  addEventListener("load", async () => {
    const wait = () => new Promise((resolve) => setTimeout(resolve, 1000));
    await wait();
    document.getElementById("tsd-search-trigger").click();
    await wait();
    const input = document.getElementById("tsd-search-input");
    input.value = "findDevice";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
</script></body>`;

writeFileSync(page, readFileSync(join(site, "index.html"), "utf8").replace("</body>", typing));
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000"];
const chromium = spawnSync("chromium", [...flags, "--dump-dom", `file://${page}`], {
  encoding: "utf8",
});
rmSync(page);

if (chromium.error === undefined) {
  const found = chromium.stdout.includes("functions/_earlyboot_block-devices.findDevice.html");
  console.log(found ? "the search finds findDevice" : "the search does not find findDevice");
  process.exitCode = found ? 0 : 1;
} else {
  console.log("The search was not tried: there is no chromium.");
}
