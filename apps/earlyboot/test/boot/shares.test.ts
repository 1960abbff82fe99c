import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { expect } from "@jest/globals";
import { fillScratchTree } from "@earlyboot/earlyboot";
import { findProgram } from "../../src/build/checker-programs.ts";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

/** A directory with what a scratch root holds. */
async function makeSharedRoot(): Promise<string> {
  const directory = scratchFile("shared");
  mkdirSync(directory);
  await fillScratchTree(directory, {});
  return directory;
}

/** Runs a server for as long as `use` takes, which begins once the server is `ready`. */
async function withServer(
  words: readonly string[],
  ready: () => Promise<boolean>,
  use: () => Promise<void>,
) {
  // Only the kernel can end it after a SIGKILL of this process.
  const server = spawn("setpriv", ["--pdeathsig", "KILL", ...words], { stdio: "ignore" });
  try {
    while (!(await ready())) {
      if (server.exitCode !== null) throw new Error(`${words[0]} ended with ${server.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await use();
  } finally {
    server.kill("SIGKILL");
  }
}

function whyNoServer(program: string | undefined, name: string): string | undefined {
  if (program === undefined) return `needs ${name}`;
  return process.getuid?.() === 0 ? undefined : `needs root, for ${name}`;
}

/** Where distributions keep it; the first is that which came with QEMU. */
const virtiofsd = ["/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd"].find((path) =>
  existsSync(path),
);

bootTest(
  "boots from a directory of the host by virtiofs",
  async () => {
    const socket = scratchFile("socket");
    const directory = await makeSharedRoot();
    const words = [virtiofsd ?? "", `--socket-path=${socket}`, "-o", `source=${directory}`];

    await withServer(
      words,
      async () => existsSync(socket),
      async () => {
        const guest = await bootGuest({
          extra: [
            ["-object", "memory-backend-memfd,id=memory,size=1024M,share=on"],
            ["-numa", "node,memdev=memory", "-chardev", `socket,id=share,path=${socket}`],
            ["-device", "vhost-user-fs-pci,chardev=share,tag=share"],
          ].flat(),
          commandLine: "root=virtiofs:share",
        });
        const { mounts } = await guest.reachedInit();

        expect(mounts.find((line) => line.split(" ")[1] === "/")).toMatch(/^share \/ virtiofs ro/);
      },
    );
  },
  { reason: whyNoServer(virtiofsd, "virtiofsd") },
);

const ganesha = findProgram("ganesha.nfsd");
const rpcbind = findProgram("rpcbind");

/** Where a server listens: for NFS itself, and for the protocol by which version 3 begins. */
interface NfsPorts {
  readonly nfs: number;
  readonly mount: number;
}

function ganeshaConfiguration(directory: string, ports: NfsPorts): string {
  return `
NFS_CORE_PARAM {
  Protocols = 3, 4; NFS_Port = ${ports.nfs}; MNT_Port = ${ports.mount}; Bind_addr = 127.0.0.1;
  Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false;
}
NFSV4 { Graceless = true; RecoveryRoot = ${scratchFile("recovery")}; }
EXPORT {
  Export_Id = 1; Path = ${directory}; Pseudo = /share; Protocols = 3, 4;
  Access_Type = RO; Squash = No_root_squash; SecType = sys;
  FSAL { Name = VFS; }
}
`;
}

/** For version 3 the server must find a port mapper, by a socket in /run: one of their own, without a network. */
const serve = `mount -t tmpfs none /run
unshare -n "$1" -f &
while ! [ -S /run/rpcbind.sock ]; do sleep 0.05; done
shift
exec "$@"`;

/** A port that nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error("no port");
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.unref();
  });
}

for (const [version, words, mounted] of [
  ["4.2", () => "vers=4.2", /^10\.0\.2\.2:\/share \/ nfs4? ro,.*vers=4\.2/],
  ["3", (ports) => `vers=3,mountport=${ports.mount}`, / \/ nfs ro,.*vers=3,.*nolock/],
] as readonly (readonly [string, (ports: NfsPorts) => string, RegExp])[]) {
  bootTest(
    `boots from a directory of the host by NFS, version ${version}`,
    async () => {
      const ports = { nfs: await freePort(), mount: await freePort() };
      const configuration = scratchFile("ganesha.conf");
      const directory = await makeSharedRoot();
      mkdirSync(scratchFile("recovery"));
      writeFileSync(configuration, ganeshaConfiguration(directory, ports));
      const files = ["-f", configuration, "-L", scratchFile("log"), "-p", scratchFile("pid")];
      const servers = [rpcbind ?? "", ganesha ?? "", "-F", ...files];
      // The pseudo path is of version 4 alone.
      const path = version === "3" ? directory : "/share";

      await withServer(
        ["unshare", "-mpf", "--kill-child=KILL", "sh", "-c", serve, "sh", ...servers],
        () => listens(ports.nfs),
        async () => {
          const guest = await bootGuest({
            image: await testImage({
              fileSystems: ["ext4", "nfs"],
              configuration: { network: { qemu: "eth0" } },
            }),
            network: true,
            commandLine: `root=nfs:10.0.2.2:${path} rootflags=${words(ports)},port=${ports.nfs} net.ifnames=0`,
          });
          const { mounts } = await guest.reachedInit();

          expect(mounts.find((line) => line.split(" ")[1] === "/")).toMatch(mounted);
        },
      );
    },
    {
      reason:
        whyNoServer(ganesha, "nfs-ganesha and nfs-ganesha-vfs") ?? whyNoServer(rpcbind, "rpcbind"),
    },
  );
}
