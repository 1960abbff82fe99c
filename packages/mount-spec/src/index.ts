/**
 * Declare file systems, read and write fstab and mount options, and mount what is declared.
 *
 * @packageDocumentation
 */
export { bindMount } from "./bind-mount.ts";
export { DeclarationError, type DeclarationFault, type Location } from "./declaration-error.ts";
export {
  DeviceSpecificationError,
  formatDeviceSpecification,
  nfsSource,
  parseDeviceSpecification,
  type DeviceByLabel,
  type DeviceByNumber,
  type DeviceByPartLabel,
  type DeviceByPartUuid,
  type DeviceByPath,
  type DeviceByUuid,
  type DeviceSpecification,
  type ExactlyOne,
  type NfsDevice,
  type NoDevice,
  type TagType,
  type TaggedDevice,
} from "./device-specification.ts";
export { UnwritableFstabError, formatFstab } from "./format-fstab.ts";
export { parseFstab, type Fstab, type FstabProblem, type SwapSpace } from "./parse-fstab.ts";
export { isFilePrefix } from "./file-names.ts";
export { fileSystemModules } from "./file-system-modules.ts";
export { hasCheck, pseudoFileSystemTypes, typesWithoutCheck } from "./file-system-types.ts";
export {
  fileSystem,
  type DeviceTitle,
  type FileSystem,
  type FileSystemDeclaration,
  type Repair,
} from "./file-system.ts";
export { fileSystemFlags, flagNames, mountFlags, type FileSystemFlag } from "./flags.ts";
export { type KernelLog, lastKernelLine } from "./kernel-log.ts";
export { MountError, type MountFailure } from "./mount-error.ts";
export {
  mappingToBindMount,
  networkConfigurationFiles,
  networkFileMappings,
  parseMapping,
  storeMapping,
  type Mapping,
} from "./mapping.ts";
export {
  mountFileSystem,
  type MountFileSystemOptions,
  type MountingLinux,
} from "./mount-file-system.ts";
export { parseMountOptions, type MountOptions } from "./mount-options.ts";
export { defaultStore, isNeededForBoot } from "./neededness.ts";
export { parseRootParameter, type RootParameter } from "./root-parameter.ts";
export { DependencyCycleError, sortForMounting } from "./sort-for-mounting.ts";
export { type ResolvedPath, resolveInRoot } from "./resolve-in-root.ts";
export {
  SpecVersionError,
  fromSpec,
  specVersion,
  toSpec,
  type DeviceSpec,
  type FileSystemSpec,
} from "./spec.ts";
export {
  formatUuid,
  isUuid,
  parseUuid,
  sameUuid,
  uuidKinds,
  type Uuid,
  type UuidKind,
} from "./uuid.ts";
export {
  baseFileSystems,
  binaryFormatFileSystem,
  containerFileSystems,
  controlGroups,
  elogindFileSystems,
  fuseControlFileSystem,
  hasType,
  immutableStore,
  pseudoTerminalFileSystem,
  sharedMemoryFileSystem,
  ttyGid,
  unifiedControlGroup,
} from "./well-known.ts";
