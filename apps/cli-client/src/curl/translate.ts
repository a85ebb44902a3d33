import { failure, success, subprotocol as v1, type Result } from "@wsecho/protocol";
import { flags, letters, needless, refused, values } from "./options.ts";

export interface Translation {
  /** For `wsecho connect`. */
  readonly args: readonly string[];
  /** curl's options that are not needed here. */
  readonly needless: readonly string[];
}

/**
 * @param words what stands behind `curl`
 * @param own what kind of option of `connect` has this long name; `null` for none
 */
export function translate(
  words: readonly string[],
  own: (name: string) => "flag" | "value" | null,
): Result<Translation, string> {
  const args: string[] = [];
  const unneeded: string[] = [];
  const urls: string[] = [];
  const queue = [...words];
  const read = (name: string, shown: string, attached: string | undefined): string | null => {
    const reason = refused.get(name);
    if (reason !== undefined) return `curl's ${shown} ${reason}`;
    if (needless.has(name)) unneeded.push(shown);
    else if (flags.has(name)) args.push(`--${name}`);
    else if (takesValue(name)) {
      const value = attached ?? queue.shift();
      if (value === undefined) return `curl's ${shown} needs a value`;
      if (name === "url") urls.push(value);
      else if (values.has(name)) args.push(`--${name}=${value}`);
      else {
        const meant = special.get(name)?.(value) ?? success([]);
        if (!meant.ok) return meant.error;
        args.push(...meant.value);
      }
    } else return `curl's ${shown} is not known here; leave it out`;
    return null;
  };
  const readLetters = (cluster: string): string | null => {
    for (let at = 1; at < cluster.length; at += 1) {
      const letter = cluster.charAt(at);
      const name = letters[letter] ?? letter;
      const rest = cluster.slice(at + 1);
      const takes = takesValue(name) && rest !== "";
      const problem = read(name, `-${letter}`, takes ? rest : undefined);
      if (problem !== null || takes) return problem;
    }
    return null;
  };
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const [, name = ""] = /^--([^=]+)/.exec(word) ?? [];
    const kind = refused.has(name) ? null : own(name);
    let problem: string | null = null;
    if (!word.startsWith("-") || word === "-") urls.push(word);
    else if (name === "") problem = readLetters(word);
    else if (isCurls(name) || kind === null) problem = read(name, `--${name}`, undefined);
    else {
      args.push(word);
      const value = kind === "value" && !word.includes("=") ? queue.shift() : undefined;
      if (value !== undefined) args.push(value);
    }
    if (problem !== null) return failure(problem);
  }
  const [url, another] = urls;
  if (url === undefined) return failure("the curl command names no URL");
  if (another !== undefined) return failure("the curl command has two URLs; one can be talked to");
  return success({ args: [...args, socketUrl(url)], needless: unneeded });
}

/** curl takes `http:` where nothing is said. */
function socketUrl(url: string): string {
  return url.replace(/^http(s?):/i, "ws$1:");
}

function isCurls(name: string): boolean {
  return takesValue(name) || flags.has(name) || needless.has(name);
}

function takesValue(name: string): boolean {
  return name === "url" || special.has(name) || values.has(name);
}

type Meaning = (value: string) => Result<readonly string[], string>;

const special: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["header", (line) => success(headerOf(line))],
  ["referer", (url) => success([`--header=Referer: ${url}`])],
  [
    "cookie",
    (pairs) =>
      pairs.includes("=")
        ? success([`--cookie=${pairs}`])
        : failure("curl's -b names a file of cookies here; give the cookies themselves"),
  ],
  ["user", (login) => success([`--auth=${login}`])],
  ["oauth2-bearer", (token) => success([`--auth=${token}`, "--auth-type=bearer"])],
  [
    "request",
    (method) =>
      method.toUpperCase() === "GET"
        ? success([])
        : failure("curl's -X asks for another method than GET, by which no WebSocket is opened"),
  ],
]);

/** Of the handshake's own headers (RFC 6455 section 4.1) only what was wished for is left. */
function headerOf(line: string): readonly string[] {
  // `Name;` is an empty header for curl, `Name:` none.
  const [, name = "", value = ""] = /^([^:;]+)[:;]\s*([^]*)$/.exec(line) ?? [];
  switch (name.toLowerCase()) {
    case "sec-websocket-protocol":
      // What connect offers by itself, with the login that belongs to it.
      return value === v1 ? [] : value.split(",").map((each) => `--subprotocol=${each.trim()}`);
    case "sec-websocket-extensions":
      return value.includes("permessage-deflate") ? ["--compress"] : [];
    case "sec-websocket-key":
    case "sec-websocket-version":
    case "upgrade":
    case "connection":
      return [];
    default:
      if (line.endsWith(";") && !line.includes(":")) return [`--header=${name}:`];
      return value === "" && !line.startsWith("@") ? [] : [`--header=${line}`];
  }
}
