import { describe, expect, it } from "vitest";
import { parseScript, type Action } from "../../src/script/script.ts";

function actionsOf(
  source: string,
  captured: Readonly<Record<string, string>> = {},
): readonly Action[] {
  const script = parseScript(source);
  if (!script.ok) throw new Error(script.error);
  return script.value.map(({ action }) => {
    const read = action(new Map(Object.entries(captured)));
    if (!read.ok) throw new Error(read.error);
    return read.value;
  });
}

describe("a script", () => {
  it("has a step a line, comments, and times that hold from a line on", () => {
    expect(
      actionsOf(
        "# greet\n\nsend  two blanks\nexpect ^hi\ntimeout 0.5\r\nexpect 2 s a b\nexpect 5\nwait 1.5\nexpect-close",
      ),
    ).toEqual([
      { kind: "send", message: { kind: "text", text: " two blanks" } },
      { kind: "expect", pattern: /^hi/u, ms: 5000, name: null },
      { kind: "expect", pattern: /a b/u, ms: 2000, name: null },
      { kind: "expect", pattern: /5/u, ms: 500, name: null },
      { kind: "wait", ms: 1500 },
      { kind: "closed", code: null, ms: 500 },
    ]);
  });

  it("puts in what was captured, as text also within a pattern", () => {
    const source = "capture id 1s id=(\\S+)\nsend get ${id}\nexpect ^got ${id}$\nclose 4001 ${id}";
    expect(actionsOf(source, { id: "a.b" })).toMatchObject([
      { kind: "expect", name: "id", ms: 1000 },
      { message: { text: "get a.b" } },
      { pattern: /^got a\.b$/u },
      { message: { kind: "close", code: 4001, reason: "a.b" } },
    ]);
  });

  it("sends what stands in quotes as a JSON string, blanks at its end and all", () => {
    const source =
      'capture x .\nsend "a \\t${x}\\n "\nsend ""\nsend "\\"hi\\""\nsend a "b" \nsend {"c":1}';
    const texts = actionsOf(source, { x: '"' })
      .slice(1)
      .map((action) => action.kind === "send" && action.message);
    expect(texts).toEqual(
      ['a \t"\n ', "", '"hi"', 'a "b"', '{"c":1}'].map((text) => ({ kind: "text", text })),
    );
  });

  it("says of a step that what was captured does not fit into it", () => {
    expect(() => actionsOf("capture x .+\nping ${x}", { x: "x".repeat(126) })).toThrow(
      "ping: a control frame holds 125 bytes, this is 126",
    );
  });

  it.each([
    ["", "there is no step in it"],
    ["send a\nshout b", "line 2: there is no step shout"],
    ['send "a" b', 'line 1: send: what begins with " has to be a JSON string'],
    ["expect (", "line 1: expect: "],
    ["expect", "line 1: expect needs a pattern"],
    ["capture x", "line 1: capture needs a pattern behind a name"],
    ["send ${x}\ncapture x .", "line 1: nothing was captured as ${x}"],
    ["close 99", "line 1: close: a close code that may be sent"],
    ["binary 0", "line 1: binary"],
    ["ping " + "x".repeat(126), "line 1: ping: a control frame holds 125 bytes"],
    ["expect-close x", "line 1: expect-close takes a code"],
    ["wait", "line 1: wait takes seconds"],
    ["timeout x", "line 1: timeout takes seconds"],
  ])("%j is refused with its line", (source, why) => {
    const script = parseScript(source);
    expect(script.ok ? "" : script.error).toContain(why);
  });
});
