import { failure, success, type Result } from "@wsecho/protocol";
import { readPattern } from "../commands/plan.ts";
import { readLine } from "../commands/slash.ts";
import type { Outgoing } from "../input/framing.ts";

/** A line of a script; `${NAME}` in it is what was captured under that name. */
export interface Step {
  /** Counted from 1. */
  readonly line: number;
  /** As it was written. */
  readonly text: string;
  /** Reads it with what was captured so far; that may not fit: a ping, say, holds 125 bytes. */
  readonly action: (captured: Captured) => Result<Action, string>;
}

export type Captured = ReadonlyMap<string, string>;

export type Action =
  | { readonly kind: "send"; readonly message: Outgoing }
  | { readonly kind: "wait"; readonly ms: number }
  | {
      readonly kind: "expect";
      readonly pattern: RegExp;
      readonly ms: number;
      /** Where the first group, or all that matched, is kept; `null` for nowhere. */
      readonly name: string | null;
    }
  | { readonly kind: "closed"; readonly code: number | null; readonly ms: number };

/** For `--help`. */
export const scriptHelp = `A script has a step a line; a line that begins with # is a comment:
  send TEXT                    a text message; file PATH one from a file
  send "TEXT"                  the same as a JSON string: "ends in a blank ", "\\n", "", "\\"quoted\\""
  binary HEX, ping [TEXT]      bytes; a ping
  expect [SECONDS s] REGEX     wait for a message that matches; those before it are passed over
  capture NAME [SECONDS s] REGEX   the same; its first group is \${NAME} from then on
  wait SECONDS                 a pause
  timeout SECONDS              how long each expect, capture and expect-close waits from here on (5)
  close [CODE] [REASON]        say goodbye
  expect-close [CODE]          wait until the server closes, with that code where one is named`;

const defaultSeconds = 5;
const maxSeconds = 3600;

/** Reads a script; the error names the line, and what is wrong with it. */
export function parseScript(source: string): Result<readonly Step[], string> {
  const steps: Step[] = [];
  const names = new Map<string, string>();
  let seconds = defaultSeconds;
  for (const [index, raw] of source.split(/\r?\n/).entries()) {
    const text = raw.trim();
    if (text === "" || text.startsWith("#")) continue;
    const line = index + 1;
    const wrong = (why: string): Result<never, string> => failure(`line ${line}: ${why}`);
    const unknown = [...text.matchAll(/\$\{(\w+)\}/g)].find(([, name = ""]) => !names.has(name));
    if (unknown !== undefined) return wrong(`nothing was captured as ${unknown[0]}`);
    const [, limit] = /^timeout +(\S+)$/.exec(text) ?? [];
    if (limit !== undefined) {
      const value = readSeconds(limit);
      if (value === null) return wrong(`timeout takes seconds, up to ${maxSeconds}`);
      seconds = value;
      continue;
    }
    const patience = seconds;
    const action = (captured: Captured): Result<Action, string> =>
      readStep(text, captured, patience);
    const first = action(names);
    if (!first.ok) return wrong(first.error);
    if (first.value.kind === "expect" && first.value.name !== null) names.set(first.value.name, "");
    steps.push({ line, text, action });
  }
  return steps.length === 0 ? failure("there is no step in it") : success(steps);
}

function readStep(text: string, captured: Captured, seconds: number): Result<Action, string> {
  const [, word = "", rest = ""] = /^(\S+) ?(.*)$/.exec(text) ?? [];
  const fill = (given: string, escape = (value: string): string => value): string =>
    given.replace(/\$\{(\w+)\}/g, (_, name: string) => escape(captured.get(name) ?? ""));
  switch (word) {
    case "send": {
      const given = rest.trimStart().startsWith('"') ? readQuoted(rest) : rest;
      return given === null
        ? failure('send: what begins with " has to be a JSON string, as in "ends in a blank "')
        : success({ kind: "send", message: { kind: "text", text: fill(given) } });
    }
    case "binary":
    case "file":
    case "ping":
    case "close": {
      const command = readLine(`/${word === "binary" ? "bin" : word} ${fill(rest)}`.trimEnd());
      if (!command.ok) return failure(command.error.replace(/^\/\w+:? /, `${word}: `));
      return command.value.kind === "send"
        ? success({ kind: "send", message: command.value.message })
        : failure(`${word} is no step`);
    }
    case "wait": {
      const value = readSeconds(rest);
      return value === null
        ? failure(`wait takes seconds, up to ${maxSeconds}`)
        : success({ kind: "wait", ms: value * 1000 });
    }
    case "expect":
    case "capture": {
      const form =
        word === "expect" ? /^()(?:([\d.]+) ?s )?(.+)$/ : /^(\w+) (?:([\d.]+) ?s )?(.+)$/;
      // What was captured is a text, and no pattern.
      const [, name = "", own, source = ""] = form.exec(fill(rest, escapePattern)) ?? [];
      if (source === "")
        return failure(`${word} needs a pattern${word === "capture" ? " behind a name" : ""}`);
      const limit = own === undefined ? seconds : readSeconds(own);
      if (limit === null) return failure(`${word} takes seconds, up to ${maxSeconds}`);
      const pattern = readPattern(source);
      if (!pattern.ok) return failure(`${word}: ${pattern.error}`);
      const ms = limit * 1000;
      return success({
        kind: "expect",
        pattern: pattern.value,
        ms,
        name: name === "" ? null : name,
      });
    }
    case "expect-close":
      if (rest !== "" && !/^[1-4]\d{3}$/.test(rest))
        return failure("expect-close takes a code, 1000 to 4999");
      return success({
        kind: "closed",
        code: rest === "" ? null : Number(rest),
        ms: seconds * 1000,
      });
    default:
      return failure(`there is no step ${word}; wsecho test --help shows what there is`);
  }
}

/** `null` where it is no JSON string. */
function readQuoted(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

function readSeconds(text: string): number | null {
  const value = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && value <= maxSeconds ? value : null;
}

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
