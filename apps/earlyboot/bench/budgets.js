/** What a boot may cost, and whether it does, one line each. Only what was measured is judged. */
export function checkBudgets(rows, { wall }) {
  const own = find(rows, "earlyboot on Node");
  const peer = find(rows, "initramfs-tools, most");
  if (own === undefined) return [];
  return [
    ...(wall ? [] : [limit("/init → real init, counted", own.init, 0.3, "s")]),
    ...(peer === undefined
      ? []
      : [
          limit("/init → real init, of initramfs-tools' (most)", own.init / peer.init, 0.55, "×"),
          limit("total, of initramfs-tools' (most)", own.total / peer.total, 0.85, "×"),
        ]),
    ...(own.memory === undefined
      ? []
      : [limit("least memory that boots", own.memory.boots, 256, "MiB")]),
  ];
}

function find(rows, wanted) {
  return rows.find(({ name }) => name === wanted)?.figures;
}

/** One line: a figure beside its budget. */
export function limit(what, value, most, unit) {
  const shown = Number.isInteger(value) ? value : value.toFixed(3);
  return `${value <= most ? "met" : "NOT met"}: ${what}: ${shown} ${unit}, budget ${most} ${unit}`;
}
