import { describe, expect, it } from "vitest";
import { parseRules } from "../../src/proxy/rules-file.ts";

const rule = (fields: string): string =>
  `{\n  // a comment\n  "rules": [\n    { ${fields} },\n  ]\n}`;

describe("a file of rules", () => {
  it.each([
    ['"match": "op:text dir:c2s len>1k /x/", "action": "hold"', { kind: "hold" }],
    ['"action": "delay", "ms": 5', { kind: "delay", ms: 5 }],
    [
      '"action": "replace", "find": "/a(b)/i", "with": "$1"',
      { kind: "replace", find: /a(b)/i, by: "$1" },
    ],
    [
      '"action": "replace", "find": "1+1", "with": "2"',
      { kind: "replace", find: new RegExp(RegExp.escape("1+1"), "g"), by: "2" },
    ],
    ['"action": "replace", "text": "whole"', { kind: "replace", find: null, by: "whole" }],
  ])("reads %s", (fields, action) => {
    const read = parseRules(rule(fields));
    expect(read.ok && read.value[0]?.action).toEqual(action);
  });

  it.each([
    [
      '"match": "op:", "action": "drop"',
      'line 4: "match" at character 4: a value is missing behind "op:"',
    ],
    [
      '"mach": "op:text", "action": "drop"',
      'line 4: a rule that does "drop" has no key "mach"; did you mean "match"?',
    ],
    [
      '"action": "dorp"',
      'line 4: "action" is none of hold, drop, delay, replace, inject; did you mean "drop"?',
    ],
    ['"action": "delay"', 'line 4: "delay" needs "ms"'],
    [
      '"action": "replace", "find": "/(/", "with": ""',
      'line 4: "find": Invalid regular expression',
    ],
    ['"action": "inject", "text": "a", "ping": "b"', 'line 4: "inject" needs one of'],
    ['"action": "inject", "dir": "up", "text": "a"', 'line 4: "dir" is "c2s"'],
    ['"action": "hold", "times": 0', 'line 4: "times" is not a number from 1 on'],
  ])("says by line and key what is wrong with %s", (fields, error) => {
    expect(parseRules(rule(fields))).toMatchObject({
      ok: false,
      error: expect.stringContaining(error) as string,
    });
  });

  it("says where a text is no JSON, or no list of rules", () => {
    expect(parseRules('{\n "rules": [ nonsense ]}')).toMatchObject({
      error: expect.stringContaining("line 2: not JSON") as string,
    });
    expect(parseRules("[]")).toMatchObject({ ok: false });
    expect(parseRules("")).toMatchObject({ ok: false });
  });
});
