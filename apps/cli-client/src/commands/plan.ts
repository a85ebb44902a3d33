import { readFileSync } from "node:fs";
import type { JSONValue } from "json-p3";
import { failure, success, type Result } from "@wsecho/protocol";
import type { DisplayOptions } from "../display.ts";
import type { Outgoing } from "../input/framing.ts";
import type { ConnectCommandOptions } from "./settings.ts";

/** What has to be read and checked before anything is connected to. */
export interface Plan {
  /** `-x`, in its order. */
  readonly first: readonly Outgoing[];
  readonly display: DisplayOptions;
  readonly expect: readonly RegExp[];
}

export async function readPlan(options: ConnectCommandOptions): Promise<Result<Plan, string>> {
  const first: Outgoing[] = [];
  for (const text of options.execute ?? []) {
    const message = readExecute(text, options.binary ?? false);
    if (!message.ok) return message;
    first.push(message.value);
  }
  const expect: RegExp[] = [];
  for (const pattern of options.expect ?? []) {
    const read = readPattern(pattern);
    if (!read.ok) return failure(`--expect: ${read.error}`);
    expect.push(read.value);
  }
  const filter =
    options.filter === undefined ? success(undefined) : await readFilter(options.filter);
  if (!filter.ok) return filter;
  return success({
    first,
    expect,
    display: {
      ...pick(options),
      ...(options.pretty === true ? { pretty: (await import("../pretty.ts")).prettyJson } : {}),
      ...(filter.value === undefined ? {} : { filter: filter.value }),
    },
  });
}

export function readPattern(source: string): Result<RegExp, string> {
  try {
    return success(new RegExp(source, "u"));
  } catch (error) {
    return failure((error as Error).message);
  }
}

function pick(options: ConnectCommandOptions): DisplayOptions {
  const timestamps = options.timestamps === true ? (options.timestampsKind ?? "iso") : undefined;
  const { rtt, binaryDisplay, format, raw } = options;
  return {
    ...(timestamps === undefined ? {} : { timestamps }),
    ...(rtt === undefined ? {} : { rtt }),
    ...(binaryDisplay === undefined ? {} : { binaryDisplay }),
    ...(format === undefined ? {} : { format }),
    ...(raw === undefined ? {} : { raw }),
  };
}

/** `@FILE` is its content, binary where that is no UTF-8; `@@` begins a text with an `@`; `@-` is the input. */
function readExecute(text: string, binary: boolean): Result<Outgoing, string> {
  if (!text.startsWith("@") || text.startsWith("@@")) {
    const given = text.startsWith("@@") ? text.slice(1) : text;
    return success(
      binary ? { kind: "binary", data: Buffer.from(given) } : { kind: "text", text: given },
    );
  }
  const path = text.slice(1);
  return readMessageFile(path === "-" ? 0 : path, binary, `-x ${text}`);
}

/** A file as one message. */
export function readMessageFile(
  path: string | number,
  binary: boolean,
  what: string,
): Result<Outgoing, string> {
  let data: Buffer;
  try {
    data = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failure(`${what} cannot be read (${code ?? "unknown error"})`);
  }
  if (binary) return success({ kind: "binary", data });
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return success({ kind: "text", text: decoder.decode(data) });
  } catch {
    return success({ kind: "binary", data });
  }
}

async function readFilter(
  path: string,
): Promise<Result<(message: string) => readonly unknown[], string>> {
  const { compile } = await import("json-p3");
  try {
    const query = compile(
      path.startsWith("$") ? path : `$${path.startsWith("[") ? "" : "."}${path.replace(/^\./, "")}`,
    );
    return success((message) => {
      try {
        return query.query(JSON.parse(message) as JSONValue).values();
      } catch {
        // No JSON, so nothing in it.
        return [];
      }
    });
  } catch (error) {
    return failure(`--filter: ${(error as Error).message}`);
  }
}
