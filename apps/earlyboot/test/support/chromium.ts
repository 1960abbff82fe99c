import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";

/** How a page is looked at. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: "dark" | "light";
}

/** A page in a browser that nobody sees. */
export interface BrowserPage {
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** What the page asked the network for, and what its scripts threw. */
  readonly complaints: readonly string[];
  screenshot(file: string): Promise<void>;
  press(key: "Enter" | "Tab"): Promise<void>;
}

/** Whether there is a Chromium to look at pages with. */
export function hasChromium(): boolean {
  return spawnSync("chromium", ["--version"], { stdio: "ignore" }).status === 0;
}

/** Opens a page in Chromium for `use`, by the Chrome DevTools Protocol on a pipe. */
export async function withPage<T>(
  html: string,
  view: View,
  use: (page: BrowserPage) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
  const file = join(directory, "page.html");
  writeFileSync(file, html);
  const words = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"];
  const chromium = spawn("chromium", [...words, `--user-data-dir=${directory}/profile`], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => chromium.once("exit", resolve));
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as `stdio` says
    const [, , , input, output] = chromium.stdio as unknown as [0, 0, 0, Writable, Readable];
    return await use(await openPage(speak(input, output), pathToFileURL(file).href, view));
  } finally {
    chromium.kill("SIGKILL");
    await ended;
    rmSync(directory, { recursive: true, maxRetries: 5 });
  }
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

interface Protocol {
  call(
    method: string,
    params?: object,
    sessionId?: string,
  ): Promise<Readonly<Record<string, unknown>>>;
  onEvent(listener: (method: string, params: Readonly<Record<string, unknown>>) => void): void;
}

/** Messages are JSON, each ended by a NUL. */
function speak(input: Writable, output: Readable): Protocol {
  const waiting = new Map<number, (message: Message) => void>();
  const listeners: ((method: string, params: Readonly<Record<string, unknown>>) => void)[] = [];
  let [text, last] = ["", 0];
  output.setEncoding("utf8").on("data", (piece: string) => {
    const messages = (text + piece).split("\0");
    text = messages.pop() ?? "";
    for (const one of messages) {
      const message: Message = JSON.parse(one);
      waiting.get(message.id ?? 0)?.(message);
      if (message.method !== undefined)
        for (const listener of listeners) listener(message.method, message.params ?? {});
    }
  });
  return {
    onEvent: (listener) => void listeners.push(listener),
    call: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, ({ result = {}, error }) =>
          error === undefined ? resolve(result) : reject(new Error(`${method}: ${error.message}`)),
        );
        input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      }),
  };
}

async function openPage(protocol: Protocol, url: string, view: View): Promise<BrowserPage> {
  const { targetId } = await protocol.call("Target.createTarget", { url: "about:blank" });
  const attached = await protocol.call("Target.attachToTarget", { targetId, flatten: true });
  const call = (method: string, params: object = {}) =>
    protocol.call(method, params, String(attached["sessionId"]));
  const complaints: string[] = [];
  const loaded = new Promise<void>((resolve) => {
    protocol.onEvent((method, params) => {
      if (method === "Page.loadEventFired") resolve();
      if (method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(params));
      if (method === "Network.requestWillBeSent") complaints.push(...otherThan(url, params));
    });
  });
  const { width, height, scheme } = view;
  await call("Emulation.setDeviceMetricsOverride", {
    width,
    height,
    deviceScaleFactor: 1,
    mobile: width < 600,
  });
  const features = [{ name: "prefers-color-scheme", value: scheme }];
  await call("Emulation.setEmulatedMedia", { features });
  for (const domain of ["Page", "Runtime", "Network"]) await call(`${domain}.enable`);
  await call("Page.navigate", { url });
  await loaded;
  return {
    complaints,
    async evaluate(expression) {
      const { result, exceptionDetails } = await call("Runtime.evaluate", {
        expression,
        returnByValue: true,
        awaitPromise: true,
      });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return result instanceof Object && "value" in result ? result.value : undefined;
    },
    async screenshot(file) {
      const { data } = await call("Page.captureScreenshot", { captureBeyondViewport: true });
      writeFileSync(file, Buffer.from(String(data), "base64"));
    },
    async press(key) {
      const code = { Enter: 13, Tab: 9 }[key];
      const text = key === "Enter" ? "\r" : "";
      const event = { key, code: key, windowsVirtualKeyCode: code, text };
      await call("Input.dispatchKeyEvent", { type: "keyDown", ...event });
      await call("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    },
  };
}

function otherThan(url: string, { request }: Readonly<Record<string, unknown>>): string[] {
  const asked = request instanceof Object && "url" in request ? String(request.url) : "";
  return asked === url ? [] : [asked];
}
