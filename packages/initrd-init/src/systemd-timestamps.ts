import { errorCode } from "@earlyboot/linux-syscalls";
import type { Boot } from "./boot.ts";

/** What systemd is given besides its own arguments. */
export interface SystemdHandOver {
  readonly arguments: readonly string[];
  /** The descriptor of the file that says when `/init` began. */
  readonly keep: readonly number[];
}

/**
 * Tells systemd when the initial RAM disk began its work, so that `systemd-analyze` shows that time: a
 * file in memory with the time stamp, as systemd itself hands it from its own initrd to the real root.
 * Any other init gets nothing.
 *
 * See https://systemd.io/INITRD_INTERFACE/.
 */
export function systemdTimestamps(boot: Boot, init: string): SystemdHandOver {
  const nothing = { arguments: [], keep: [] };
  if (!isSystemd(boot, init)) return nothing;
  const { linux, recorder } = boot;
  try {
    const { started } = recorder.report();
    const realtime = Math.round((linux.realTime() - (linux.now() - started)) * 1000);
    const text = `initrd-timestamp=${realtime} ${Math.round(started * 1000)}\n\n`;
    // systemd reads on from where it finds the descriptor.
    const descriptor = linux.createMemoryFile("systemd-state", new TextEncoder().encode(text));
    return {
      arguments: ["--switched-root", "--system", "--deserialize", String(descriptor)],
      keep: [descriptor],
    };
  } catch (error) {
    boot.log.debug(`systemd will not know the initrd's time: ${errorCode(error) ?? String(error)}`);
    return nothing;
  }
}

/** Whether the init is systemd: by the name of the file that its links lead to. */
function isSystemd({ linux }: Boot, init: string): boolean {
  let path = init;
  for (let links = 0; links < 40; links++) {
    let target: string;
    try {
      target = linux.readLink(path);
    } catch {
      break;
    }
    path = target.startsWith("/") ? target : `${path.slice(0, path.lastIndexOf("/"))}/${target}`;
  }
  return path.endsWith("/systemd");
}
