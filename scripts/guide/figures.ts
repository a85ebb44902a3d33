import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runClient, startServer } from "./programs.ts";

/** A line of a capture (`packages/wire/schema.json`), as far as the figures need it. */
interface Line {
  readonly k: string;
  readonly dir?: "c2s" | "s2c";
  readonly n?: number;
  readonly head?: string;
  readonly key?: string | null;
  readonly hdr?: string;
  readonly raw?: string;
  readonly text?: string;
}

/** When the figures happen, and one millisecond between records: real times differ each time. */
const beginning = Date.UTC(2026, 0, 1);

/** A real session of the terminal client with a real server, recorded at the client's socket. */
async function record(dialect: "plain" | "v1"): Promise<readonly Line[]> {
  const server = await startServer(`server ${dialect}`);
  const args = ["inspect", "--dialect", dialect, "--reveal", "--jsonl", "-", server.url];
  let text: string;
  try {
    text = await runClient(args, { input: "Hello\n", seed: `client ${dialect}` });
  } finally {
    await server.stop();
  }
  const { host } = new URL(server.url);
  return text
    .replaceAll(host, "127.0.0.1:5678")
    .trim()
    .split("\n")
    .map((line, i) => {
      const t = new Date(beginning + i).toISOString().replace("Z", "000Z");
      return { ...(JSON.parse(line) as Line), t, us: i * 1000 };
    });
}

/** Every figure of docs/wire.md, by its name. */
export async function makeFigures(): Promise<ReadonlyMap<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "wsecho-guide-"));
  try {
    const figures = new Map<string, string>();
    for (const dialect of ["plain", "v1"] as const) {
      const lines = await record(dialect);
      const file = join(folder, `${dialect}.jsonl`);
      writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      const decode = async (...args: readonly string[]): Promise<string> =>
        rows(await runClient(["decode", ...args, file]));
      if (dialect === "v1") {
        figures.set("v1 messages", lines.flatMap(wordsOf).join("\n"));
        figures.set("v1 hidden", await decode("--filter", "n<6"));
        continue;
      }
      figures.set("plain rows", await decode("--reveal"));
      figures.set("stream", streamOf(lines));
      for (const { k, dir, head = "" } of lines)
        if (k === "handshake")
          figures.set(dir === "c2s" ? "request" : "answer", head.trim().replaceAll("\r\n", "\n"));
      const blocks = (await decode("--reveal", "--bytes", "--filter", "kind:frame")).split(
        /^(?=──)/m,
      );
      for (const block of blocks) {
        const name = /^── (frame \d+)/.exec(block)?.[1];
        // Up to the row of the next frame.
        if (name !== undefined) figures.set(name, block.split("\n\n")[0] ?? "");
      }
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Between evened times there is no round trip. */
const rows = (shown: string): string =>
  shown
    .split("\n")
    .map((row) => row.replace(/, rtt .*$/, "").trimEnd())
    .join("\n")
    .trim();

/** The client's frames as a tool prints them that does not unmask. */
function streamOf(lines: readonly Line[]): string {
  const bytes = lines
    .filter(({ k, dir }) => k === "frame" && dir === "c2s")
    .map(({ hdr, key, raw }) => Buffer.from(`${hdr ?? ""}${key ?? ""}${raw ?? ""}`, "hex"));
  return Buffer.concat(bytes)
    .toString("latin1")
    .replace(/[^ -~]/g, ".");
}

/** A message of the v1 dialect, and who said it. */
function wordsOf({ k, dir, text }: Line): readonly string[] {
  if (k !== "frame" || text?.startsWith("{") !== true) return [];
  return wrap(`${dir === "c2s" ? "client" : "server"}  ${text}`, 96);
}

function wrap(line: string, width: number): readonly string[] {
  if (line.length <= width) return [line];
  return [line.slice(0, width), ...wrap(`        ${line.slice(width)}`, width)];
}

/**
 * `text` with each figure anew: the code between `<!-- figure: NAME -->` and the end of its fence.
 *
 * @throws Error for a name that there is no figure of
 */
export function fillFigures(text: string, figures: ReadonlyMap<string, string>): string {
  return text.replace(
    /(<!-- figure: (.+?) -->\n\n```\w*\n)[^]*?(```\n)/g,
    (_, before: string, name: string, after: string) => {
      const figure = figures.get(name);
      if (figure === undefined) throw new Error(`there is no figure ${name}`);
      return `${before}${figure}\n${after}`;
    },
  );
}
