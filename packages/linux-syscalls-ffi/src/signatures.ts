/**
 * The functions of the C library that are called, and their types: the only place where types are
 * written. The first letter is what comes back, the others are the arguments.
 *
 * | letter | C                                  | JavaScript                                  |
 * | ------ | ---------------------------------- | ------------------------------------------- |
 * | `i`    | `int`, `unsigned` (as its bits)    | number, a 32-bit integer                    |
 * | `l`    | `long`, `size_t`, `dev_t`          | safe integer or bigint; comes back as bigint |
 * | `p`    | a pointer                          | null, string, Uint8Array, or address (bigint) |
 */
export const signatures = {
  bind: "iipi",
  chroot: "ip",
  clock_gettime: "iip",
  delete_module: "lpi",
  dup2: "iii",
  execve: "ippp",
  fchdir: "ii",
  fcntl: "iiil",
  finit_module: "lipi",
  getdents64: "lipl",
  init_module: "lplp",
  io_uring_register: "liipi",
  io_uring_setup: "lip",
  ioctl: "iilp",
  kill: "iii",
  lseek: "lili",
  memmove: "lpll",
  memfd_create: "ipi",
  mknodat: "lipil",
  mount: "ippplp",
  openat: "iipii",
  pipe2: "ipi",
  pivot_root: "lpp",
  poll: "ipli",
  posix_spawn: "ipppppp",
  posix_spawn_file_actions_adddup2: "ipii",
  posix_spawn_file_actions_addfchdir_np: "ipi",
  posix_spawn_file_actions_destroy: "ip",
  posix_spawn_file_actions_init: "ip",
  posix_spawnattr_init: "ip",
  posix_spawnattr_setflags: "ipi",
  posix_spawnattr_setsigdefault: "ipp",
  posix_spawnattr_setsigmask: "ipp",
  prlimit: "iiipp",
  reboot: "ii",
  recvfrom: "lipilpp",
  setsid: "i",
  setsockopt: "iiiipi",
  sigaction: "iipp",
  sigprocmask: "iipp",
  socket: "iiii",
  statfs: "ipp",
  statx: "iipiip",
  sync: "l",
  umount2: "ipi",
  unlinkat: "iipi",
  waitid: "iiipi",
} as const;

/** The name of a function in the table. */
export type FunctionName = keyof typeof signatures;

/** What a letter takes. */
interface ArgumentOf {
  readonly i: number;
  readonly l: number | bigint;
  readonly p: Pointer;
}

/** What a letter gives back. */
interface ResultOf {
  readonly i: number;
  readonly l: bigint;
}

type Letters<Text extends string> = Text extends `${infer Letter}${infer Rest}`
  ? [...(Letter extends keyof ArgumentOf ? [ArgumentOf[Letter]] : []), ...Letters<Rest>]
  : [];

/** What a pointer can be given as. An address is only as good as the memory that it points to. */
type Pointer = string | Uint8Array | bigint | null;

/** Any argument of any function. */
export type Argument = number | Pointer;

/** The types of a function's arguments. */
export type Arguments<Name extends FunctionName> =
  (typeof signatures)[Name] extends `${infer _Result}${infer Rest}` ? Letters<Rest> : never;

/** The type of a function's result. */
export type Result<Name extends FunctionName> =
  (typeof signatures)[Name] extends `${infer Letter}${infer _Rest}`
    ? Letter extends keyof ResultOf
      ? ResultOf[Letter]
      : never
    : never;
