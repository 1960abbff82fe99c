import { type Bench, type ConformanceScenario } from "./scenario.ts";

const noProgram = new TextEncoder().encode("this is no program");

function plantPrograms({ linux }: Bench): void {
  linux.mkdir("directory");
  linux.writeFile("plain", "#!/bin/sh\n", { mode: 0o644 });
  linux.writeFile("garbage", noProgram, { mode: 0o755 });
  linux.writeFile("empty", "", { mode: 0o755 });
  linux.writeFile("script", "#!/no/such/interpreter\n", { mode: 0o755 });
  linux.symlink("loop", "loop");
}

const names = ["missing", "directory", "plain", "garbage", "empty", "script", "loop", "plain/x"];

/** Programs, signals, terminals, the network. */
export const processScenarios: readonly ConformanceScenario[] = [
  {
    title: "a program that cannot run says why",
    run: async (bench) => {
      const { linux, base, see, seeLater } = bench;
      plantPrograms(bench);
      for (const name of names) {
        see(`execve ${name}`, () => linux.execve(`${base}/${name}`, [name], {}));
        await seeLater(`spawn ${name}`, () => linux.spawn({ path: `${base}/${name}` }));
      }
      linux.mkdir("noexec");
      linux.mount({ source: "t", target: "noexec", type: "tmpfs", flags: 8 });
      linux.writeFile("noexec/script", "#!/bin/sh\n", { mode: 0o755 });
      see("execve on noexec", () => linux.execve(`${base}/noexec/script`, ["x"], {}));
      await seeLater("spawn on noexec", () => linux.spawn({ path: `${base}/noexec/script` }));
    },
  },
  {
    title: "signals to nobody",
    run: ({ linux, see }) => {
      see("missing", () => linux.kill(999_999, 0));
      see("missing, for real", () => linux.kill(999_999, 15));
      see("myself", () => linux.kill(linux.getpid(), 0));
      see("reboot how?", () => linux.reboot(0x77));
    },
  },
  {
    title: "files are no terminals",
    run: ({ linux, see }) => {
      const file = linux.open("file", { access: "read-write", create: true });
      see("mode", () => linux.terminalMode(file));
      see("set the mode", () => linux.setTerminalMode(file, { echo: false }));
      see("size", () => linux.terminalSize(file));
      see("control", () => linux.setControllingTerminal(file));
      see("drop", () => linux.dropControllingTerminal(file));
      linux.close(file);
    },
  },
  {
    title: "a network interface takes an address, a netmask and routes",
    run: ({ linux, see }) => {
      const lo = "lo";
      see("missing", () => linux.interfaceFlags("nosuch0"));
      see("missing, to change", () => linux.setInterfaceFlags("nosuch0", 1));
      see("missing, address", () => linux.setInterfaceAddress("nosuch0", "10.0.0.1"));
      see("at first", () => linux.interfaceFlags(lo));
      see("netmask before the address", () => linux.setInterfaceNetmask(lo, "255.0.0.0"));
      see("up", () => linux.setInterfaceFlags(lo, linux.interfaceFlags(lo) | 1));
      see("then", () => linux.interfaceFlags(lo));
      see("address", () => linux.setInterfaceAddress(lo, "10.9.8.7"));
      see("netmask", () => linux.setInterfaceNetmask(lo, "255.255.255.0"));
      const route = { destination: "0.0.0.0", netmask: "0.0.0.0" };
      see("gateway out of reach", () => linux.addRoute({ ...route, gateway: "192.0.2.1" }));
      see("by a missing interface", () => linux.addRoute({ ...route, interface: "nosuch0" }));
      const other = { destination: "172.16.0.0", netmask: "255.240.0.0", interface: lo };
      see("route", () => linux.addRoute(other));
      see("again", () => linux.addRoute(other));
      see("bits outside of the mask", () =>
        linux.addRoute({ destination: "172.16.0.1", netmask: "255.240.0.0", interface: lo }),
      );
      see("down", () => linux.setInterfaceFlags(lo, linux.interfaceFlags(lo) & ~1));
      see("at last", () => linux.interfaceFlags(lo));
    },
  },
];
