import type { ClientFrame } from "./frame.ts";
import type { Header, Request } from "./place.ts";

/** One opening handshake, and whether a server has to take it (section 4.2). */
export interface HandshakeCase {
  readonly id: string;
  readonly title: string;
  readonly section: string;
  /** What is changed about a good request. */
  readonly change: (request: Request) => Pick<Request, "line" | "headers">;
  /** `either`: the RFC leaves it open, or another one decides. */
  readonly expect: "accepted" | "refused" | "either";
  /** A header that the answer must have. */
  readonly header?: readonly [name: string, value: RegExp];
  /** Of all places: at sessions a page may answer an ordinary request, which is no mistake. */
  readonly body?: (frame: (frame: ClientFrame) => Buffer) => Buffer;
}

/** A case but for what is expected, which its table says. */
export type Row = readonly [
  id: string,
  title: string,
  section: string,
  change: HandshakeCase["change"],
  header?: HandshakeCase["header"],
];

export const isNamed =
  (name: string) =>
  ([key]: Header): boolean =>
    key.toLowerCase() === name.toLowerCase();

export const set =
  (name: string, ...values: readonly string[]) =>
  ({ line, headers }: Request) => {
    const index = headers.findIndex(isNamed(name));
    const changed = values.map((value): Header => [name, value]);
    const others = headers.filter((header) => !isNamed(name)(header));
    const at = index < 0 ? others.length : index;
    return { line, headers: [...others.slice(0, at), ...changed, ...others.slice(at)] };
  };

export const each =
  (change: (header: Header) => Header) =>
  ({ line, headers }: Request) => ({ line, headers: headers.map(change) });

export const withLine =
  (change: (line: string) => string) =>
  ({ line, headers }: Request) => ({ line: change(line), headers });

export const rows =
  (expect: HandshakeCase["expect"]) =>
  ([id, title, section, change, header]: Row): HandshakeCase => ({
    id: `handshake-${id}`,
    title,
    section,
    change,
    expect,
    ...(header === undefined ? {} : { header }),
  });
