import { expect, it, vi } from "vitest";
import { parseArguments } from "../src/program.ts";

function helpOf(...args: readonly string[]): string {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    parseArguments([...args, "--help"], "1.2.3");
    return write.mock.calls.map(([text]) => String(text)).join("");
  } finally {
    write.mockRestore();
  }
}

it("every command has a help with examples of its own, and only those", () => {
  const commands = [...helpOf().matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name = ""]) => name);
  expect(commands).toEqual(expect.arrayContaining(["connect", "send", "listen", "bench", "man"]));
  for (const name of commands) {
    const examples = helpOf(name).split("\nExamples:\n").slice(1);
    expect({ name, blocks: examples.length }).toEqual({ name, blocks: 1 });
    const [block = ""] = examples[0]?.split("\n\n") ?? [];
    expect({ name, own: block.includes(`wsecho ${name}`) }).toEqual({ name, own: true });
  }
});
