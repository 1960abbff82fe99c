import { type ConformanceScenario, namesIn } from "./scenario.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Files by their descriptors. */
export const descriptorScenarios: readonly ConformanceScenario[] = [
  {
    title: "reads and writes go on where the last one ended",
    run: ({ linux, see }) => {
      const file = linux.open("file", { access: "read-write", create: true, mode: 0o600 });
      const encoder = new TextEncoder();
      see("write", () => linux.write(file, encoder.encode("hello ")));
      see("write on", () => linux.write(file, encoder.encode("world")));
      const buffer = new Uint8Array(5);
      see("read at the end", () => linux.read(file, buffer));
      see("read at 6", () => linux.read(file, buffer, 6n));
      see("bytes", () => text(buffer));
      see("read across the end", () => linux.read(file, buffer, 9n));
      see("read behind the end", () => linux.read(file, buffer, 100n));
      see("size", () => linux.fstat(file).size);
      linux.dup2(file, 50);
      see("write by the copy", () => linux.write(50, encoder.encode("!")));
      see("close", () => linux.close(file));
      see("close again", () => linux.close(file));
      see("write by the copy still", () => linux.write(50, encoder.encode("!")));
      linux.close(50);
      see("content", () => linux.readText("file"));
    },
  },
  {
    title: "an open file does what it was opened for",
    run: ({ linux, see }) => {
      linux.writeFile("file", "content");
      linux.symlink("file", "link");
      linux.mkdir("directory");
      const reader = linux.open("file");
      const writer = linux.open("file", { access: "write" });
      const appender = linux.open("file", { access: "write", append: true });
      const directory = linux.open("directory");
      const bytes = new Uint8Array(4);
      see("write by a reader", () => linux.write(reader, bytes));
      see("read by a writer", () => linux.read(writer, bytes));
      see("append", () => linux.write(appender, new TextEncoder().encode("more")));
      see("overwrite", () => linux.write(writer, new TextEncoder().encode("CON")));
      see("content", () => linux.readText("file"));
      see("read a directory", () => linux.read(directory, bytes));
      for (const each of [reader, writer, appender, directory]) linux.close(each);
      see("directory for writing", () => linux.open("directory", { access: "write" }));
      see("directory to make", () => linux.open("directory", { create: true }));
      see("file as a directory", () => linux.open("file", { directory: true }));
      see("link not followed", () => linux.open("link", { noFollow: true }));
      see("link as a directory not followed", () =>
        linux.open("link", { noFollow: true, directory: true }),
      );
      see("exclusively", () => linux.open("file", { create: true, exclusive: true }));
      see("missing", () => linux.open("missing"));
      see("truncate", () => linux.close(linux.open("file", { access: "write", truncate: true })));
      see("size", () => linux.stat("file").size);
    },
  },
  {
    title: "closed descriptors are bad",
    run: ({ linux, see }) => {
      const bytes = new Uint8Array(1);
      see("read", () => linux.read(99, bytes));
      see("write", () => linux.write(99, bytes));
      see("fstat", () => linux.fstat(99));
      see("close", () => linux.close(99));
      see("dup2", () => linux.dup2(99, 50));
      see("fchdir", () => linux.fchdir(99));
      see("openat", () => linux.openAt(99, "x"));
      see("openat absolute", () => linux.close(linux.openAt(99, "/")));
      see("statat", () => linux.statAt(99, "x"));
      see("unlinkat", () => linux.unlinkAt(99, "x"));
      see("list", () => linux.readDirectoryAt(99));
      see("terminal", () => linux.terminalMode(99));
    },
  },
  {
    title: "names below an open directory",
    run: ({ linux, see }) => {
      linux.mkdir("a");
      linux.mkdir("a/sub");
      linux.writeFile("a/file", "1");
      linux.symlink("file", "a/link");
      const directory = linux.open("a", { directory: true });
      const file = linux.open("a/file");
      const read = (name: string): string => {
        const opened = linux.openAt(directory, name);
        const buffer = new Uint8Array(10);
        const count = linux.read(opened, buffer);
        linux.close(opened);
        return text(buffer.subarray(0, count));
      };
      see("file", () => read("file"));
      see("link", () => read("link"));
      see("up and down", () => read("../a/file"));
      see("missing", () => read("missing"));
      see("empty", () => read(""));
      see("make", () =>
        linux.close(linux.openAt(directory, "new", { access: "write", create: true })),
      );
      see("stat a link itself", () => linux.statAt(directory, "link").mode.toString(8));
      see("stat below a file", () => linux.statAt(file, "x"));
      see("open below a file", () => linux.openAt(file, "x"));
      see("list a file", () => linux.readDirectoryAt(file));
      see("list", () => linux.readDirectoryAt(directory));
      see("list again", () => linux.readDirectoryAt(directory).length);
      see("unlink a directory as a file", () => linux.unlinkAt(directory, "sub"));
      see("unlink a file as a directory", () => linux.unlinkAt(directory, "file", "directory"));
      see("unlink", () => linux.unlinkAt(directory, "file"));
      see("unlink again", () => linux.unlinkAt(directory, "file"));
      see("remove the directory", () => linux.unlinkAt(directory, "sub", "directory"));
      see("change to a file", () => linux.fchdir(file));
      see("change", () => linux.fchdir(directory));
      see("here", () => namesIn({ linux }, "."));
      linux.close(directory);
      linux.close(file);
    },
  },
  {
    title: "a file without a name lives as long as it is open",
    run: ({ linux, see }) => {
      linux.writeFile("file", "content");
      const file = linux.open("file", { access: "read-write" });
      linux.unlink("file");
      see("links", () => linux.fstat(file).links);
      see("write", () => linux.write(file, new TextEncoder().encode("CONTENT!")));
      const buffer = new Uint8Array(8);
      see("read", () => linux.read(file, buffer, 0n));
      see("bytes", () => text(buffer));
      linux.close(file);
      const memory = linux.createMemoryFile("name");
      see("memory: write", () => linux.write(memory, new TextEncoder().encode("bytes")));
      see("memory: size", () => linux.fstat(memory).size);
      see("memory: read", () => linux.read(memory, buffer, 1n));
      see("memory: kind", () => linux.fstat(memory).mode.toString(8));
      linux.close(memory);
      const filled = linux.createMemoryFile("name", new TextEncoder().encode("from here"));
      see("memory: size of a content", () => linux.fstat(filled).size);
      see("memory: read a content", () => linux.read(filled, buffer));
      see("memory: content", () => text(buffer));
      linux.close(filled);
    },
  },
  {
    title: "a removed directory that is open has no names",
    run: ({ linux, see }) => {
      linux.mkdir("a");
      const directory = linux.open("a", { directory: true });
      linux.rmdir("a");
      see("list", () => linux.readDirectoryAt(directory));
      see("make", () => linux.openAt(directory, "x", { access: "write", create: true }));
      see("stat", () => linux.statAt(directory, "x"));
      linux.close(directory);
    },
  },
];
