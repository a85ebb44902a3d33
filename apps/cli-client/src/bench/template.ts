import { failure, success, type Result } from "@wsecho/protocol";
import type { Messages } from "./message.ts";

type Name = "n" | "connection" | "random";

/** Texts and names in turn: what stands between `{{` and `}}`. */
export type Template = readonly (string | { readonly name: Name })[];

const names: readonly string[] = ["n", "connection", "random"] satisfies readonly Name[];

/** Reads `{"id":{{n}}}` and its like; an unknown name is an error. */
export function parseTemplate(text: string): Result<Template, string> {
  const parts: (string | { readonly name: Name })[] = [];
  for (const [index, part] of text.split(/\{\{(\w+)\}\}/).entries()) {
    if (index % 2 === 0) parts.push(part);
    else if (isName(part)) parts.push({ name: part });
    else return failure(`{{${part}}} is none of {{${names.join("}}, {{")}}}`);
  }
  return success(parts);
}

const isName = (text: string): text is Name => names.includes(text);

export interface TemplateOptions {
  /** Counted from 0. */
  readonly connection: number;
  /** Of the run: a whole number of 32 bits. */
  readonly seed: number;
  /** A message is bytes: its text has a character for each byte of its UTF-8. */
  readonly binary: boolean;
}

/** Messages of one connection by a template. Without `{{n}}` none can be told but the one that is next. */
export function templateMessages(template: Template, options: TemplateOptions): Messages {
  const { connection, seed, binary } = options;
  const raw = (text: string): string => (binary ? Buffer.from(text).toString("latin1") : text);
  const parts = template.map((part) => (typeof part === "string" ? raw(part) : part));
  const valueOf = { n: String, connection: () => String(connection), random: randomOf };
  const make = (n: number): string =>
    parts.map((part) => (typeof part === "string" ? part : valueOf[part.name](n))).join("");
  function randomOf(n: number): string {
    return mix(mix(seed ^ connection) ^ n)
      .toString(16)
      .padStart(8, "0");
  }
  // The same number wherever it stands, so that a text fits in one way alone.
  let seen = false;
  const formOf = (part: Template[number]): string => {
    if (typeof part === "string") return RegExp.escape(part);
    if (part.name !== "n") return part.name === "random" ? "[\\da-f]{8}" : String(connection);
    const form = seen ? "\\k<n>" : "(?<n>\\d+)";
    seen = true;
    return form;
  };
  const pattern = new RegExp(`^${parts.map(formOf).join("")}$`);
  return {
    make,
    numberOf: (text) => {
      const digits = pattern.exec(text)?.groups?.["n"];
      const n = Number(digits);
      return digits !== undefined && make(n) === text ? n : null;
    },
  };
}

/** Spreads numbers over 32 bits, one to one: the last step of MurmurHash3. */
function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
