import { parseFilter } from "@wsecho/wire";
import {
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from "jsonc-parser";
import { failure, success, type Result } from "@wsecho/protocol";
import { closePayload, maxControl, type Content } from "./content.ts";
import type { Action, Rule } from "./rulebook.ts";

const common = ["match", "action", "times"];
/** Which keys each action takes beside the common ones. */
const keysOf: Readonly<Record<Action["kind"], readonly string[]>> = {
  hold: [],
  drop: [],
  delay: ["ms"],
  replace: ["find", "with", "text", "binary"],
  inject: ["where", "dir", "text", "binary", "ping", "close"],
};

/** Thrown inside this file only, where reading stops at the first thing that is wrong. */
class Wrong extends Error {
  readonly node: Node;
  constructor(node: Node, says: string) {
    super(says);
    this.node = node;
  }
}

/**
 * Reads a file of rules, `{"rules": [{"match": "op:text dir:c2s", "action": "drop"}, …]}`; comments
 * are allowed. The error names the line, the key and what is known.
 */
export function parseRules(text: string): Result<readonly Rule[], string> {
  return read(text, (root) => {
    const { rules, ...others } = fieldsOf(root, "the file");
    refuseUnknown(others, ["rules"], "the file");
    if (rules?.type !== "array")
      throw new Wrong(rules ?? root, 'the file holds {"rules": [ … ]}, a list of rules');
    return (rules.children ?? []).map(readRule);
  });
}

/** One rule, as a person types it. */
export function parseRule(text: string): Result<Rule, string> {
  return read(text, readRule);
}

function read<T>(text: string, take: (root: Node) => T): Result<T, string> {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const lineOf = (offset: number): string => `line ${text.slice(0, offset).split("\n").length}: `;
  const [error] = errors;
  if (error !== undefined)
    return failure(
      `${lineOf(error.offset)}not JSON (${printParseErrorCode(error.error)}); a rule looks like {"match": "op:text dir:c2s", "action": "drop"}`,
    );
  if (root === undefined) return failure('there is nothing in it; at least {"rules": []}');
  try {
    return success(take(root));
  } catch (wrong) {
    if (!(wrong instanceof Wrong)) throw wrong;
    return failure(`${lineOf(wrong.node.offset)}${wrong.message}`);
  }
}

type Fields = Readonly<Record<string, Node | undefined>>;

function fieldsOf(node: Node, what: string): Fields {
  if (node.type !== "object") throw new Wrong(node, `${what} is not an object, { … }`);
  const fields: Record<string, Node> = {};
  for (const { children: [key, value] = [] } of node.children ?? [])
    if (key !== undefined && value !== undefined) fields[String(key.value)] = value;
  return fields;
}

function refuseUnknown(fields: Fields, known: readonly string[], what: string): void {
  for (const [name, node] of Object.entries(fields)) {
    if (known.includes(name) || node === undefined) continue;
    const near = closest(name, known);
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    throw new Wrong(node, `${what} has no key "${name}"${hint} Known: ${known.join(", ")}`);
  }
}

function readRule(node: Node): Rule {
  const fields = fieldsOf(node, "a rule");
  const kind = fields["action"];
  const kinds = Object.keys(keysOf);
  if (kind === undefined)
    throw new Wrong(node, `the rule has no "action"; known: ${kinds.join(", ")}`);
  if (!isKind(kind.value)) {
    const near = closest(String(kind.value), kinds);
    throw new Wrong(
      kind,
      `"action" is none of ${kinds.join(", ")}${near === undefined ? "" : `; did you mean "${near}"?`}`,
    );
  }
  refuseUnknown(fields, [...common, ...keysOf[kind.value]], `a rule that does "${kind.value}"`);
  const expression = textOf(fields, "match") ?? "";
  const match = parseFilter(expression);
  if (!match.ok)
    throw new Wrong(
      fields["match"] ?? node,
      `"match" at character ${match.error.at + 1}: ${match.error.says}`,
    );
  return {
    expression: JSON.stringify(getNodeValue(node)),
    match: match.value,
    action: readAction(kind.value, fields, node),
    times: numberOf(fields, "times", 1) ?? Infinity,
  };
}

const isKind = (value: unknown): value is Action["kind"] =>
  typeof value === "string" && Object.hasOwn(keysOf, value);

function readAction(kind: Action["kind"], fields: Fields, node: Node): Action {
  switch (kind) {
    case "hold":
    case "drop":
      return { kind };
    case "delay": {
      const ms = numberOf(fields, "ms", 0);
      if (ms === undefined || ms > 86_400_000)
        throw new Wrong(fields["ms"] ?? node, '"delay" needs "ms", a number up to 86400000');
      return { kind, ms };
    }
    case "replace":
      return readReplace(fields, node);
    case "inject": {
      const where = textOf(fields, "where") ?? "after";
      if (where !== "before" && where !== "after")
        throw new Wrong(fields["where"] ?? node, '"where" is "before" or "after"');
      const dir = textOf(fields, "dir");
      if (dir !== undefined && dir !== "c2s" && dir !== "s2c")
        throw new Wrong(fields["dir"] ?? node, '"dir" is "c2s" (to the server) or "s2c"');
      return { kind, where, dir, content: readContent(fields, node) };
    }
  }
}

function readReplace(fields: Fields, node: Node): Action {
  const find = textOf(fields, "find");
  const by = textOf(fields, "with");
  const text = textOf(fields, "text");
  const binary = bytesOf(fields, "binary");
  if ((find === undefined) !== (by === undefined))
    throw new Wrong(node, '"find" (a regular expression as in "/old/g") and "with" go together');
  if ([find, text, binary].filter((way) => way !== undefined).length !== 1)
    throw new Wrong(node, '"replace" needs one of: "find" and "with", "text", "binary" (hex)');
  if (find === undefined) return { kind: "replace", find: null, by: text ?? binary ?? "" };
  const [, source = find, flags = "g"] = /^\/(.*)\/([a-z]*)$/s.exec(find) ?? [];
  try {
    // Text without slashes is looked for as it is.
    const pattern = source === find ? RegExp.escape(find) : source;
    return { kind: "replace", find: new RegExp(pattern, flags), by: by ?? "" };
  } catch (error) {
    throw new Wrong(fields["find"] ?? node, `"find": ${(error as Error).message}`);
  }
}

function readContent(fields: Fields, node: Node): Content {
  const given = ["text", "binary", "ping", "close"].filter((name) => fields[name] !== undefined);
  if (given.length !== 1)
    throw new Wrong(node, '"inject" needs one of "text", "binary" (hex), "ping", "close"');
  const text = given[0] === "close" ? undefined : textOf(fields, given[0] ?? "");
  const control = (op: 8 | 9, payload: Uint8Array): Content => {
    if (payload.length > maxControl)
      throw new Wrong(
        fields[given[0] ?? ""] ?? node,
        `a ping or close holds at most ${maxControl} bytes`,
      );
    return { op, payload };
  };
  switch (given[0]) {
    case "text":
      return { op: 1, payload: Buffer.from(text ?? "") };
    case "binary":
      return { op: 2, payload: bytesOf(fields, "binary") ?? new Uint8Array() };
    case "ping":
      return control(9, Buffer.from(text ?? ""));
    default: {
      const close = fieldsOf(fields["close"] ?? node, '"close"');
      refuseUnknown(close, ["code", "reason"], '"close"');
      const code = numberOf(close, "code", 1000) ?? 1000;
      if (!Number.isInteger(code) || code > 4999)
        throw new Wrong(close["code"] ?? node, '"code" is a whole number from 1000 to 4999');
      return control(8, closePayload(code, textOf(close, "reason") ?? ""));
    }
  }
}

function textOf(fields: Fields, name: string): string | undefined {
  const node = fields[name];
  if (node !== undefined && node.type !== "string")
    throw new Wrong(node, `"${name}" is not a text`);
  return node?.value as string | undefined;
}

function numberOf(fields: Fields, name: string, least: number): number | undefined {
  const node = fields[name];
  if (node === undefined) return undefined;
  if (typeof node.value !== "number" || node.value < least)
    throw new Wrong(node, `"${name}" is not a number from ${least} on`);
  return node.value;
}

function bytesOf(fields: Fields, name: string): Uint8Array | undefined {
  const hex = textOf(fields, name)?.replaceAll(/\s/g, "");
  const node = fields[name];
  if (hex === undefined || node === undefined) return undefined;
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new Wrong(node, `"${name}" is not in hex, as "00 ff"`);
  return Buffer.from(hex, "hex");
}

/** The known word that was probably meant: with one letter more, less or other. */
function closest(word: string, known: readonly string[]): string | undefined {
  const isNear = (name: string): boolean => {
    let start = 0;
    while (start < word.length && word[start] === name[start]) start += 1;
    let end = 0;
    while (
      end < word.length - start &&
      end < name.length - start &&
      word.at(-1 - end) === name.at(-1 - end)
    )
      end += 1;
    // Two letters that changed places are a difference of two.
    return Math.max(word.length, name.length) - start - end <= 2;
  };
  return known.find((name) => word.length > 2 && isNear(name));
}
