import { describe, expect, it } from "@jest/globals";
import { throughProgram } from "../dist/program-filter.js";
import { collect, inPieces, run } from "./support/tools.ts";

const content = Buffer.alloc(3_000_000, "some bytes ");

describe("throughProgram", () => {
  it("gives what the program makes of the input, larger than any pipe", async () => {
    const output = await collect(throughProgram("tr", ["a-z", "A-Z"], inPieces(content)));

    expect(output.toString()).toBe(content.toString().toUpperCase());
  });

  it("says that a program is not installed", async () => {
    await expect(
      collect(throughProgram("no-such-program", [], inPieces(content))),
    ).rejects.toMatchObject({
      code: "program-missing",
      message: expect.stringContaining("cannot run no-such-program"),
    });
  });

  it("says how a program failed, in its own words, though it did not read its input", async () => {
    const failing = throughProgram("sh", ["-c", "echo out of luck >&2; exit 3"], inPieces(content));

    await expect(collect(failing)).rejects.toMatchObject({
      code: "bad-archive",
      message: "sh ended with status 3: out of luck",
    });
  });

  it("passes on what goes wrong with the input", async () => {
    const input = async function* (): AsyncGenerator<Uint8Array> {
      yield content;
      throw new Error("the source went away");
    };

    await expect(collect(throughProgram("cat", [], input()))).rejects.toThrow(
      "the source went away",
    );
  });

  it("ends the program when nobody wants its output any more", async () => {
    const endless = throughProgram("sh", ["-c", "echo $$; exec yes"], inPieces(content));
    const { value } = await endless.next();
    const pid = Number.parseInt(Buffer.from(value ?? []).toString(), 10);

    await endless.return(undefined);

    expect(() => run("kill", ["-0", String(pid)])).toThrow("kill -0");
  });
});
