import { SyscallError, makedev } from "@earlyboot/linux-syscalls";
import { bareFsPath } from "../addon-path.ts";
import { callC } from "./c-library.ts";
import { core, loadAddon } from "./core.ts";

/** The functions of Node's `node:fs` that the boot program uses, under their names, on those of `bare-fs`. */
const isArm = core.arch === "arm64";

type Flags = Readonly<
  Record<
    | "O_APPEND"
    | "O_CREAT"
    | "O_DIRECTORY"
    | "O_EXCL"
    | "O_NOCTTY"
    | "O_NOFOLLOW"
    | "O_NONBLOCK"
    | "O_RDONLY"
    | "O_RDWR"
    | "O_TRUNC"
    | "O_WRONLY",
    number
  >
>;

/** `<fcntl.h>`; two differ by architecture. */
export const constants: Flags = {
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_NOCTTY: 0o400,
  O_TRUNC: 0o1000,
  O_APPEND: 0o2000,
  O_NONBLOCK: 0o4000,
  O_DIRECTORY: isArm ? 0o40000 : 0o200000,
  O_NOFOLLOW: isArm ? 0o100000 : 0o400000,
};

const O_CLOEXEC = 0o2000000;

/** What the native part of `bare-fs` keeps of one call, and who is told when it has ended. */
interface Request {
  readonly handle: ArrayBuffer;
  settle: (error: unknown, result: number) => void;
  /** What the call gave: memory that libuv knows by its address alone, and uses until the request is reset. */
  memory: unknown;
}

/** The native part of `bare-fs`, as far as it is used; libuv's functions, synchronous by `Sync`. */
interface NativeFiles {
  requestInit(
    request: object,
    onResult: (this: Request, error: unknown, result: number) => void,
  ): ArrayBuffer;
  requestReset(handle: ArrayBuffer): void;
  requestResultString(handle: ArrayBuffer): ArrayBuffer;
  requestResultDir(handle: ArrayBuffer): object;
  requestResultDirents(handle: ArrayBuffer): readonly NativeEntry[];
  open(handle: ArrayBuffer, path: string, flags: number, mode: number): void;
  openSync(handle: ArrayBuffer, path: string, flags: number, mode: number): number;
  closeSync(handle: ArrayBuffer, descriptor: number): void;
  read(handle: ArrayBuffer, ...range: Range): void;
  readSync(handle: ArrayBuffer, ...range: Range): number;
  writeSync(handle: ArrayBuffer, ...range: Range): number;
  accessSync(handle: ArrayBuffer, path: string, mode: number): void;
  chmodSync(handle: ArrayBuffer, path: string, mode: number): void;
  chownSync(handle: ArrayBuffer, path: string, uid: number, gid: number): void;
  linkSync(handle: ArrayBuffer, from: string, to: string): void;
  mkdirSync(handle: ArrayBuffer, path: string, mode: number): void;
  renameSync(handle: ArrayBuffer, from: string, to: string): void;
  rmdirSync(handle: ArrayBuffer, path: string): void;
  symlinkSync(handle: ArrayBuffer, to: string, path: string, flags: number): void;
  unlinkSync(handle: ArrayBuffer, path: string): void;
  readlinkSync(handle: ArrayBuffer, path: string): void;
  opendirSync(handle: ArrayBuffer, path: string): void;
  readdirSync(handle: ArrayBuffer, directory: object, most: number): unknown;
  closedirSync(handle: ArrayBuffer, directory: object): void;
}

/** The last is where to begin, -1 for where the descriptor stands. */
type Range = readonly [
  descriptor: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
];

interface NativeEntry {
  readonly name: ArrayBuffer;
  /** `uv_dirent_type_t` */
  readonly type: number;
}

let files: NativeFiles | undefined;

function native(): NativeFiles {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the pinned version of bare-fs
  files ??= loadAddon(bareFsPath) as NativeFiles;
  return files;
}

function makeRequest(): Request {
  const holder: Omit<Request, "handle"> = { settle: () => undefined, memory: undefined };
  const handle = native().requestInit(holder, function (error, result) {
    this.settle(error, result);
  });
  return Object.assign(holder, { handle });
}

let shared: Request | undefined;

type Run<Value> = (files: NativeFiles, handle: ArrayBuffer) => Value;

/** Runs a function that has ended when it comes back; all of them share a request. */
function sync<Value>(syscall: string, run: Run<Value>): Value {
  shared ??= makeRequest();
  try {
    return run(native(), shared.handle);
  } catch (error) {
    throw systemError(syscall, error);
  }
}

/** The same for a function whose result is taken out of the request. */
function syncWithResult<Value>(syscall: string, run: Run<unknown>, take: Run<Value>): Value {
  const request = (shared ??= makeRequest());
  return sync(syscall, (fs, handle) => {
    try {
      // Nothing else keeps it from the garbage collector, which may run while the result is taken.
      request.memory = run(fs, handle);
      return take(fs, handle);
    } finally {
      fs.requestReset(handle);
    }
  });
}

/** Runs a function on a thread of the pool. */
function aside(syscall: string, done: Done<number>, run: Run<void>): void {
  const request = idle.pop() ?? makeRequest();
  request.settle = (error, result) => {
    inFlight.delete(request);
    native().requestReset(request.handle);
    idle.push(request);
    if (error === null || error === undefined) done(null, result);
    else done(systemError(syscall, error), -1);
  };
  inFlight.set(request, run);
  run(native(), request.handle);
}

type Done<Value> = (error: unknown, value: Value) => void;

/** What libuv uses, with the memory that `run` holds; and what it may use again. */
const inFlight = new Map<Request, Run<void>>();
const idle: Request[] = [];

/** libuv has names for most errors; of the others it tells the number. */
function systemError(syscall: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const [, number] = /^Unknown system error -(\d+)$/.exec(error.message) ?? [];
  const code = String(error.code);
  return new SyscallError({ error: number === undefined ? code : Number(number), syscall });
}

export const openSync = (path: string, flags: number, mode = 0o666): number =>
  sync("open", (fs, request) => fs.openSync(request, path, flags | O_CLOEXEC, mode));

export const closeSync = (descriptor: number): void =>
  sync("close", (fs, request) => fs.closeSync(request, descriptor));

export const readSync = (
  descriptor: number,
  buffer: Uint8Array,
  offset = 0,
  length: number = buffer.length - offset,
  position: bigint | null = null,
): number =>
  sync("read", (fs, request) =>
    fs.readSync(request, descriptor, buffer, offset, length, Number(position ?? -1)),
  );

export const writeSync = (
  descriptor: number,
  data: Uint8Array,
  offset = 0,
  length: number = data.length - offset,
  position: number | null = null,
): number =>
  sync("write", (fs, request) =>
    fs.writeSync(request, descriptor, data, offset, length, position ?? -1),
  );

/** To the end, as text. */
export function readFileSync(path: string, { flag }: { readonly flag: number }): string {
  const pieces: Buffer[] = [];
  const descriptor = openSync(path, flag);
  try {
    for (;;) {
      const piece = Buffer.alloc(4096);
      const count = readSync(descriptor, piece);
      if (count === 0) return Buffer.concat(pieces).toString("utf8");
      pieces.push(piece.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
}

export const open = (path: string, flags: number, done: Done<number>): void =>
  aside("open", done, (fs, request) => fs.open(request, path, flags | O_CLOEXEC, 0));

export const read = (
  descriptor: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: bigint | null,
  done: Done<number>,
): void =>
  aside("read", done, (fs, request) =>
    fs.read(request, descriptor, buffer, offset, length, Number(position ?? -1)),
  );

export function existsSync(path: string): boolean {
  try {
    accessSync(path, 0);
    return true;
  } catch {
    return false;
  }
}

export const accessSync = (path: string, mode: number): void =>
  sync("access", (fs, request) => fs.accessSync(request, path, mode));
export const chmodSync = (path: string, mode: number): void =>
  sync("chmod", (fs, request) => fs.chmodSync(request, path, mode));
export const chownSync = (path: string, uid: number, gid: number): void =>
  sync("chown", (fs, request) => fs.chownSync(request, path, uid, gid));
export const linkSync = (from: string, to: string): void =>
  sync("link", (fs, request) => fs.linkSync(request, from, to));
export const mkdirSync = (path: string, mode: number): void =>
  sync("mkdir", (fs, request) => fs.mkdirSync(request, path, mode));
export const renameSync = (from: string, to: string): void =>
  sync("rename", (fs, request) => fs.renameSync(request, from, to));
export const rmdirSync = (path: string): void =>
  sync("rmdir", (fs, request) => fs.rmdirSync(request, path));
export const symlinkSync = (to: string, path: string): void =>
  sync("symlink", (fs, request) => fs.symlinkSync(request, to, path, 0));
export const unlinkSync = (path: string): void =>
  sync("unlink", (fs, request) => fs.unlinkSync(request, path));

export const readlinkSync = (path: string): string =>
  syncWithResult(
    "readlink",
    (fs, request) => fs.readlinkSync(request, path),
    (fs, request) => Buffer.from(fs.requestResultString(request)).toString("utf8"),
  );

/** Of Node's `BigIntStats`, what is used. */
interface Stats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly uid: bigint;
  readonly gid: bigint;
  readonly rdev: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;

export const statSync = (path: string): Stats => statx(AT_FDCWD, path, 0);
export const lstatSync = (path: string): Stats => statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
export const fstatSync = (descriptor: number): Stats => statx(descriptor, "", AT_EMPTY_PATH);

const STATX_BASIC_STATS = 0x7ff;

/** By statx(2) itself: what `bare-fs` gives is rounded. */
function statx(directory: number, path: string, flags: number): Stats {
  const bytes = Buffer.alloc(256);
  callC("statx", directory, path, flags, STATX_BASIC_STATS, bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const small = (at: number) => BigInt(view.getUint32(at, true));
  return {
    nlink: small(16),
    uid: small(20),
    gid: small(24),
    mode: BigInt(view.getUint16(28, true)),
    ino: view.getBigUint64(32, true),
    size: view.getBigUint64(40, true),
    mtimeNs: view.getBigInt64(112, true) * 1_000_000_000n + small(120),
    rdev: makedev(view.getUint32(128, true), view.getUint32(132, true)),
    dev: makedev(view.getUint32(136, true), view.getUint32(140, true)),
  };
}

/** As Node's `Dirent`. */
interface Entry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
}

/** How many entries are read at once. */
const atOnce = 128;

export const readdirSync = (path: string): readonly Entry[] => {
  const found: NativeEntry[] = [];
  const directory = syncWithResult(
    "open",
    (fs, request) => fs.opendirSync(request, path),
    (fs, request) => fs.requestResultDir(request),
  );
  try {
    for (;;) {
      const some = syncWithResult(
        "getdents64",
        (fs, request) => fs.readdirSync(request, directory, atOnce),
        (fs, request) => fs.requestResultDirents(request),
      );
      if (some.length === 0) break;
      found.push(...some);
    }
  } finally {
    sync("close", (fs, request) => fs.closedirSync(request, directory));
  }
  return found.map(({ name, type }) => entryOf(path, Buffer.from(name).toString("utf8"), type));
};

/** `uv_dirent_type_t` of the kinds that a mode tells by its upper bits. */
const kinds: ReadonlyMap<number, number> = new Map([
  [0o01, 4],
  [0o02, 6],
  [0o04, 2],
  [0o06, 7],
  [0o10, 1],
  [0o12, 3],
  [0o14, 5],
]);

/** Not every file system tells types in its directories. */
function kindOf(path: string): number {
  try {
    return kinds.get(Number(lstatSync(path).mode) >> 12) ?? 0;
  } catch {
    // It went away meanwhile.
    return 0;
  }
}

function entryOf(directory: string, name: string, told: number): Entry {
  const type = told === 0 ? kindOf(`${directory}/${name}`) : told;
  const is = (wanted: number) => () => type === wanted;
  return {
    name,
    isFile: is(1),
    isDirectory: is(2),
    isSymbolicLink: is(3),
    isFIFO: is(4),
    isSocket: is(5),
    isCharacterDevice: is(6),
    isBlockDevice: is(7),
  };
}
