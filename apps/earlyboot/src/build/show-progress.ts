import type { BuildProgress } from "@earlyboot/initrd-image";
import type { Terminal } from "../terminal/terminal.ts";

/** Shows how far a build is: one line that changes on a terminal, one line a stage elsewhere. */
export function showProgress(terminal: Terminal): {
  readonly show: (progress: BuildProgress) => void;
  readonly end: () => void;
} {
  let last = "";
  return {
    show({ stage, path, done, total }) {
      const words = stages[stage];
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      const line = terminal.isLive ? `${words} ${percent} % ${path ?? ""}` : words;
      if (line === last) return;
      last = line;
      if (terminal.isLive) terminal.write(`\r\u001b[K${line.slice(0, terminal.columns - 1)}`);
      else terminal.line(line);
    },
    end() {
      if (terminal.isLive && last !== "") terminal.write("\r\u001b[K");
    },
  };
}

const stages: Readonly<Record<BuildProgress["stage"], string>> = {
  read: "Packing",
  verify: "Reading back",
};
