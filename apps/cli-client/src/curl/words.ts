import { failure, success, type Result } from "@wsecho/protocol";

/**
 * Cuts a command into words as bash would, with the quotes that "Copy as cURL" writes: '…', "…",
 * $'…', backslashes and continued lines. Nothing is run or expanded, and what bash would is refused.
 * (The libraries for this know no $'…', which browsers use as soon as a value has a quote.)
 */
export function splitWords(command: string): Result<readonly string[], string> {
  const words: string[] = [];
  const current: { word: string | null } = { word: null };
  let at = 0;
  const add = (text: string): void => {
    current.word = (current.word ?? "") + text;
  };
  const end = (): void => {
    if (current.word !== null) words.push(current.word);
    current.word = null;
  };
  while (at < command.length) {
    const rest = command.slice(at, at + 2);
    const character = command.charAt(at);
    const [continued] = /^\\\r?\n/.exec(command.slice(at, at + 3)) ?? [];
    if (continued !== undefined) at += continued.length;
    else if (/\s/.test(character)) {
      end();
      at += 1;
    } else if (character === "\\") {
      add(command.charAt(at + 1));
      at += 2;
    } else if (character === "'" || character === '"' || rest === "$'" || rest === '$"') {
      const quote = readQuote(command, at);
      if (!quote.ok) return quote;
      add(quote.value.text);
      at = quote.value.end;
    } else {
      const special = shellOnly(command, at, /[|&;<>()`]|\$[\w{(]|\^"/y);
      if (special !== null) return failure(special);
      add(character);
      at += 1;
    }
  }
  end();
  return success(words);
}

interface Quote {
  readonly text: string;
  /** Behind its last character. */
  readonly end: number;
}

function readQuote(command: string, start: number): Result<Quote, string> {
  const dollar = command.charAt(start) === "$" ? 1 : 0;
  const mark = command.charAt(start + dollar);
  const begin = start + dollar + 1;
  if (mark === "'" && dollar === 0) {
    const end = command.indexOf("'", begin);
    return end < 0 ? unended(mark) : success({ text: command.slice(begin, end), end: end + 1 });
  }
  let end = begin;
  while (end < command.length && command.charAt(end) !== mark)
    end += command.charAt(end) === "\\" ? 2 : 1;
  if (end >= command.length) return unended(mark);
  const inner = command.slice(begin, end);
  if (mark === "'") return success({ text: unescapeAnsi(inner), end: end + 1 });
  for (let at = 0; at < inner.length; at += inner.charAt(at) === "\\" ? 2 : 1) {
    const special = shellOnly(inner, at, /`|\$[\w{(]/y);
    if (special !== null) return failure(special);
  }
  return success({ text: inner.replace(/\\(\r?\n|[$`"\\])/g, keepUnlessLineEnd), end: end + 1 });
}

function keepUnlessLineEnd(_: string, character: string): string {
  return character.endsWith("\n") ? "" : character;
}

function unended(mark: string): Result<never, string> {
  return failure(`the command ends within ${mark}…${mark}: was all of it copied?`);
}

function shellOnly(text: string, at: number, pattern: RegExp): string | null {
  pattern.lastIndex = at;
  const [found] = pattern.exec(text) ?? [];
  if (found === undefined) return null;
  return found === '^"'
    ? "this is a command for cmd; copy it as cURL (bash)"
    : `${found} means something to a shell, and none runs here`;
}

const named: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["e", "\x1b"],
  ["E", "\x1b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

/** The escapes of $'…' (bash manual, "ANSI-C Quoting"). */
function unescapeAnsi(text: string): string {
  const hex = "x[\\da-fA-F]{1,2}|u[\\da-fA-F]{1,4}|U[\\da-fA-F]{1,8}";
  return text.replace(new RegExp(`\\\\(${hex}|[0-7]{1,3}|[^])`, "g"), (whole, escape: string) => {
    if (escape.length === 1 && !/[0-7]/.test(escape))
      return named.get(escape) ?? (/["'?\\]/.test(escape) ? escape : whole);
    const code = /^[0-7]/.test(escape) ? parseInt(escape, 8) : parseInt(escape.slice(1), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
