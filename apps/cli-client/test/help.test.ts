import { Command } from "commander";
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

const commandsIn = (help: string): readonly string[] =>
  [...help.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name = ""]) => name);

it("every command has a help with examples of its own, and only those", () => {
  const commands = commandsIn(helpOf());
  expect(commands).toEqual(expect.arrayContaining(["connect", "send", "listen", "bench", "man"]));
  for (const name of commands) {
    const examples = helpOf(name).split("\nExamples:\n").slice(1);
    expect({ name, blocks: examples.length }).toEqual({ name, blocks: 1 });
    const [block = ""] = examples[0]?.split("\n\n") ?? [];
    expect({ name, own: block.includes(`wsecho ${name}`) }).toEqual({ name, own: true });
  }
});

it("each command is the same with and without the others", () => {
  const outcome = (...args: readonly string[]): object => {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      const { kind } = parseArguments(args, "1.2.3");
      return { kind, said: write.mock.calls.map(([text]) => text) };
    } finally {
      write.mockRestore();
    }
  };
  // Behind -- any command may come, so all are made.
  for (const name of commandsIn(helpOf()))
    expect({ name, ...outcome(name) }).toEqual({ name, ...outcome("--", name) });
});

it("makes no options but those of the command that runs", () => {
  const made = vi.spyOn(Command.prototype, "addOption");
  try {
    parseArguments([":5678"], "1.2.3");
    const options = made.mock.calls.map(([{ long }]) => long);
    expect(options).toContain("--reconnect");
    expect(options).not.toContain("--in-flight");
  } finally {
    made.mockRestore();
  }
});

it("a mistake is answered with the help of its own command", () => {
  const told = (...args: readonly string[]): string => {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      expect(parseArguments(args, "1.2.3")).toEqual({ kind: "usage" });
      return write.mock.calls.map(([text]) => text).join("");
    } finally {
      write.mockRestore();
    }
  };
  for (const name of commandsIn(helpOf()))
    expect(told(name, "--no-such-option")).toContain(`(wsecho ${name} --help shows what there is)`);
  expect(told("--no-such-option", ":1")).toContain("(wsecho connect --help shows what there is)");
  // Whoever knows nothing yet is shown all of it.
  expect(told()).toContain("(wsecho --help shows what there is)");
  expect(told("conect", "ws://127.0.0.1")).toContain("(wsecho --help shows what there is)");
});
