/** Errors of every call that finds a file by its path. */
export const pathErrors: readonly string[] = [
  "EACCES",
  "EIO",
  "ELOOP",
  "ENAMETOOLONG",
  "ENOENT",
  "ENOMEM",
  "ENOTDIR",
];
/** Errors of what makes names. */
export const makeErrors: readonly string[] = [
  ...pathErrors,
  "EDQUOT",
  "EEXIST",
  "ENOSPC",
  "EPERM",
  "EROFS",
];
/** Errors of open(2). */
export const openErrors: readonly string[] = [
  ...makeErrors,
  "EBUSY",
  "EISDIR",
  "EMFILE",
  "ENFILE",
  "ENODEV",
  "ENXIO",
];
/** Errors of read(2). */
export const readErrors: readonly string[] = [
  "EAGAIN",
  "EBADF",
  "EINTR",
  "EINVAL",
  "EIO",
  "EISDIR",
];
/** Errors of write(2). */
export const writeErrors: readonly string[] = [
  ...readErrors,
  "EDQUOT",
  "EFBIG",
  "ENOSPC",
  "EPERM",
  "EPIPE",
];
/** Errors of loading a module. */
export const moduleErrors: readonly string[] = [
  "EBADMSG",
  "EBUSY",
  "EEXIST",
  "EINVAL",
  "EKEYREJECTED",
  "ENODEV",
  "ENOENT",
  "ENOEXEC",
  "ENOKEY",
  "ENOMEM",
  "ENOSYS",
  "EPERM",
];
/** Errors of execve(2). */
export const execErrors: readonly string[] = [
  ...pathErrors,
  "E2BIG",
  "EAGAIN",
  "EINVAL",
  "EISDIR",
  "ELIBBAD",
  "EMFILE",
  "ENFILE",
  "ENOEXEC",
  "EPERM",
  "ETXTBSY",
];
/** Errors of a terminal's ioctls. */
export const terminalErrors: readonly string[] = ["EBADF", "EINVAL", "EIO", "ENOTTY", "EPERM"];
/** Errors of a network interface's ioctls. */
export const interfaceErrors: readonly string[] = ["EINVAL", "ENODEV", "ENOSYS", "EPERM"];
