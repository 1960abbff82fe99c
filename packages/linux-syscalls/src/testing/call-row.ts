import { quoteWord } from "./call-words.ts";

/** What the simulation knows about one method besides what it does. */
export interface CallRow<A extends readonly unknown[] = readonly unknown[]> {
  /** The system call, by the name of its manual page. */
  readonly syscall: string;
  /** Whether it changes the machine; what only looks is left out of `calls`. */
  readonly changes: boolean | ((...args: A) => boolean);
  /** The arguments as text, by `describe` for descriptors. */
  readonly words: (describe: (descriptor: number) => string, ...args: A) => readonly string[];
  /** What the error's `path` and `dest` are. */
  readonly objects?: (...args: A) => readonly (string | undefined)[];
  /** How the call is written down, where that is not the system call's name. */
  readonly label?: string;
  /** The errors that the manual page lists and a boot can meet. */
  readonly errors: readonly string[];
}

const firstPath = (path: string): readonly string[] => [path];

/** A row for a call whose one object is its path. */
export function onPath<A extends readonly [string, ...unknown[]]>(
  syscall: string,
  changes: boolean,
  errors: readonly string[],
  words: (...args: A) => readonly string[] = (...[path]: A) => [quoteWord(path)],
): CallRow<A> {
  return {
    syscall,
    changes,
    errors,
    words: (_, ...args) => words(...args),
    objects: (...[path]: A) => firstPath(path),
  };
}

/** A row for a call on a descriptor. */
export function onDescriptor<A extends readonly [number, ...unknown[]]>(
  syscall: string,
  changes: boolean,
  errors: readonly string[],
  words: (...args: A) => readonly string[] = () => [],
): CallRow<A> {
  return {
    syscall,
    changes,
    errors,
    words: (describe, ...args) => [describe(args[0]), ...words(...args)],
  };
}

/** A row for anything else. */
export function plain<A extends readonly unknown[]>(
  syscall: string,
  changes: boolean,
  errors: readonly string[],
  words: (...args: A) => readonly string[] = () => [],
): CallRow<A> {
  return { syscall, changes, errors, words: (_, ...args) => words(...args) };
}

/** A row for a call between two paths. */
export function between<A extends readonly [string, string]>(
  syscall: string,
  errors: readonly string[],
): CallRow<A> {
  const objects = (...[from, to]: A): readonly string[] => [from, to];
  return {
    syscall,
    changes: true,
    errors,
    words: (_, ...args) => objects(...args).map(quoteWord),
    objects,
  };
}
