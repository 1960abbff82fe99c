import { parseRootDevice, type DeviceSpecification } from "./device-specification.ts";

/** What `root=` of the kernel command line asks for. */
export interface RootParameter {
  readonly device: DeviceSpecification;
  /** The type of the file system, where the form of the text implies it. */
  readonly type?: string;
}

/**
 * Reads the value of `root=`: `/dev/…`, `MAJ:MIN`, `UUID=`, `LABEL=`, `PARTUUID=` (with `/PARTNROFF=`),
 * `PARTLABEL=`, a bare UUID, `nfs:HOST:PATH` or `HOST:/PATH`, `9p:TAG`, `virtiofs:TAG`, `tmpfs`; anything else
 * is a label. Double quotes round the value of a tag do not belong to it, as in fstab(5).
 *
 * @throws DeviceSpecificationError for a form that is begun and not right, such as `UUID=xyz`.
 */
export function parseRootParameter(text: string): RootParameter {
  const device = parseRootDevice(text.replace(quotedTag, "$1=$2"));
  const type = device.nfs === undefined ? (device.type ?? device.none) : "nfs";
  return type === undefined ? { device } : { device, type };
}

const quotedTag = /^(UUID|LABEL|PARTUUID|PARTLABEL)="(.*)"$/s;
