import { readFileSync } from "node:fs";
import { Command } from "commander";
import { failure, success, type Result } from "@wsecho/protocol";
import { translate } from "../curl/translate.ts";
import { splitWords } from "../curl/words.ts";
import { addConnectOptions } from "../options/connect.ts";

export interface Pasted {
  /** For `wsecho connect`. */
  readonly args: readonly string[];
  /** What a person may want to know about it. */
  readonly note: string | null;
}

/**
 * A curl command as arguments of `connect`: as words behind `curl`, as one of them that holds all,
 * as `@FILE`, or `-` for the input. What stands beside such a text are options of `connect`.
 */
export function readCurl(args: readonly string[]): Result<Pasted, string> {
  const [first = "", ...more] = args;
  const text = readText(first);
  if (!text.ok) return text;
  const words = text.value === null ? success(args) : splitWords(text.value);
  if (!words.ok) return words;
  const [command, ...rest] = words.value;
  const behind = text.value !== null && command === "curl" ? rest : words.value;
  const known = addConnectOptions(new Command());
  const translated = translate(text.value === null ? behind : [...behind, ...more], (name) => {
    const option = known.options.find(({ long }) => long === `--${name}`);
    return option === undefined ? null : option.required ? "value" : "flag";
  });
  if (!translated.ok) return translated;
  const { needless } = translated.value;
  return success({
    args: translated.value.args,
    note: needless.length === 0 ? null : `Not needed here: curl's ${needless.join(", ")}.`,
  });
}

/** `null` where the shell has cut the command into words already. */
function readText(first: string): Result<string | null, string> {
  if (/\s/.test(first)) return success(first);
  if (first !== "-" && !first.startsWith("@")) return success(null);
  if (first === "-" && process.stdin.isTTY)
    return failure("- is for a pipe; at a terminal paste the command behind wsecho, or give @FILE");
  try {
    return success(readFileSync(first === "-" ? 0 : first.slice(1), "utf8"));
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    return failure(`${first} cannot be read (${code})`);
  }
}
