// What is written from the code: asyncapi.json and the tables of PROTOCOL.md, as they should be.
import { readFile } from "node:fs/promises";
import { format, resolveConfig } from "prettier";
import { asyncApiDocument } from "./asyncapi.ts";
import { tables } from "./tables.ts";

export const asyncApiFile = new URL("../asyncapi.json", import.meta.url);
export const protocolFile = new URL("../../../PROTOCOL.md", import.meta.url);

/** The committed text of asyncapi.json. */
export async function generateAsyncApi(): Promise<string> {
  const manifest: unknown = JSON.parse(
    await readFile(new URL("../package.json", import.meta.url), "utf8"),
  );
  const { version } = manifest as { readonly version: string };
  return pretty(JSON.stringify(asyncApiDocument(version)), asyncApiFile);
}

/** `text`, which is PROTOCOL.md, with its tables written anew. */
export function generateProtocol(text: string): Promise<string> {
  let next = text;
  for (const [name, write] of Object.entries(tables)) {
    const begin = `<!-- generated: ${name} -->`;
    const end = "<!-- /generated -->";
    const from = next.indexOf(begin);
    const to = next.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`PROTOCOL.md has no place marked ${begin} … ${end}`);
    next = `${next.slice(0, from + begin.length)}\n\n${write()}\n\n${next.slice(to)}`;
  }
  return pretty(next, protocolFile);
}

async function pretty(text: string, file: URL): Promise<string> {
  const config = await resolveConfig(file);
  return format(text, { ...config, parser: file.pathname.endsWith(".md") ? "markdown" : "json" });
}
