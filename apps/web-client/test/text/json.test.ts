import fc from "fast-check";
import { expect, it } from "vitest";
import { indentJson } from "../../src/text/json.ts";

it("JSON is indented as JSON.stringify does it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(4), (value, indent) => {
      const plain = JSON.stringify(value, null, indent);
      expect(indentJson(plain)).toBe(JSON.stringify(value, null, 2));
    }),
  );
});

it("what it says stays as it was written", () => {
  const text = '{"b":12345678901234567890,"a":1.0,"a":1e999,"2":"\\u0041 {,:\\"","1":[ ]}';
  expect(indentJson(text)).toBe(
    '{\n  "b": 12345678901234567890,\n  "a": 1.0,\n  "a": 1e999,\n' +
      '  "2": "\\u0041 {,:\\"",\n  "1": []\n}',
  );
  expect(() => indentJson("{")).toThrow(SyntaxError);
});
