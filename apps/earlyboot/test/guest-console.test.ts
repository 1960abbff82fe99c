import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { openConsole } from "@earlyboot/earlyboot";

function consoleOfTest() {
  const output = new PassThrough();
  const input = new PassThrough();
  return { output, input, console: openConsole(output, input, "/log") };
}

it("waits for text that comes in pieces, and goes on after what was found", async () => {
  const { output, console } = consoleOfTest();
  const first = console.expect(/lo+k/);
  output.write("lo");
  await setImmediate();
  output.write("ok look");

  expect((await first)[0]).toBe("look");
  expect((await console.expect("look")).index).toBe(1);
});

it("sees text without colours, line ends of a terminal as newlines", async () => {
  const { output, console } = consoleOfTest();
  output.write("\u001b[1G\u001b[0J> \u001b[33m4");
  output.write("2\u001b[39m\r\n");

  await console.expect(/^> 42$/m);
  expect(console.text()).toBe("> 42\n");
});

it("says that the guest ended, with the end of its console and where all of it is", async () => {
  const { output, console } = consoleOfTest();
  output.end("last words");

  await expect(console.expect("more")).rejects.toMatchObject({
    code: "GUEST_ENDED",
    message: expect.stringMatching(/\/log[^]*last words/),
  });
});

it("says that the guest is silent when the time has passed", async () => {
  const { console } = consoleOfTest();

  await expect(console.expect("more", 0.01)).rejects.toMatchObject({ code: "GUEST_SILENT" });
});

it("takes the characters of a text for themselves", async () => {
  const { output, console } = consoleOfTest();
  output.write("axb a.b");

  expect((await console.expect("a.b")).index).toBe(4);
});

it("presses Enter for a newline", () => {
  const { input, console } = consoleOfTest();
  console.type("yes\n");

  expect(String(input.read())).toBe("yes\r");
});
