/** What a boot may cost, and whether it does, one line each. Only what was measured is judged. */
export function checkBudgets(rows, { clock, compression }) {
  const own = find(rows, "earlyboot on Node");
  if (own === undefined) return [];
  const peer = find(rows, "initramfs-tools, most");
  return [
    ...(clock === "wall" ? [] : [limit("/init → real init, counted", own.init, 0.3, "s")]),
    ...(peer === undefined
      ? []
      : [limit("/init → real init, of initramfs-tools' (most)", own.init / peer.init, 0.55, "×")]),
    ...["Node", "Bare"].flatMap((host) => totals(rows, host, compression)),
    ...(own.memory === undefined
      ? []
      : [limit("least memory that boots", own.memory.boots, 256, "MiB")]),
  ];
}

/** The total on a host with the compression that serves it best, beside initramfs-tools with each of its own. */
function totals(rows, host, compression) {
  const names = [`earlyboot on ${host}`, `earlyboot on ${host}, not compressed`];
  const measured = names.flatMap((name) => find(rows, name) ?? []);
  const [best] = measured.toSorted((one, other) => one.total - other.total);
  if (best === undefined) return [];
  const peers = [
    ["initramfs-tools, most, as it comes", "as Debian ships it, zstd"],
    ["initramfs-tools, most", compression],
  ];
  return peers.flatMap(([name, words]) => {
    const peer = find(rows, name);
    if (peer === undefined) return [];
    const what = `total on ${host} (${best.compression}), of initramfs-tools' (most; ${words})`;
    return [limit(what, best.total / peer.total, 0.85, "×")];
  });
}

function find(rows, wanted) {
  return rows.find(({ name }) => name === wanted)?.figures;
}

/** One line: a figure beside its budget. */
export function limit(what, value, most, unit) {
  const shown = Number.isInteger(value) ? value : value.toFixed(3);
  return `${value <= most ? "met" : "NOT met"}: ${what}: ${shown} ${unit}, budget ${most} ${unit}`;
}
