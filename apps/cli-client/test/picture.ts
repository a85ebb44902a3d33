// The terminal of the README, drawn from the running program: pnpm pictures
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import xterm from "@xterm/headless";
import { openScreen } from "./support/screen.ts";
import { startServer } from "./support/servers.ts";

const columns = 100;
const out = fileURLToPath(new URL("../../../docs/pictures/terminal.svg", import.meta.url));

/** What the program writes while somebody logs in, says hello and leaves. */
async function record(): Promise<string> {
  await using server = await startServer();
  const filter = ["--filter", "op:text not /congratulation/"];
  const args = ["inspect", "--bytes", ...filter, "--dialect", "plain", server.url];
  using screen = openScreen(args, { columns, rows: 60, env: { WSECHO_USER: "admin" } });
  await screen.shows("password:");
  screen.type("123456\r");
  await screen.shows("Connected to");
  screen.type("Hello\r");
  await screen.shows("context: Hello");
  screen.type("exit\r");
  await screen.exit;
  return screen.raw();
}

/** The colours of a dark terminal, by xterm's numbers; what has none is the default. */
const palette: Readonly<Record<number, string>> = {
  1: "#f7768e",
  2: "#9ece6a",
  3: "#e0af68",
  4: "#7aa2f7",
  5: "#bb9af7",
  6: "#7dcfff",
  8: "#8089a8",
};
const ink = { text: "#c8d0e8", dim: "#8089a8", paper: "#16181f" };
const cell = { width: 8.4, height: 19 };

interface Span {
  readonly column: number;
  readonly text: string;
  readonly fill: string;
  readonly bold: boolean;
}

/** Runs of one look, without blanks at the end of a row. */
function spansOf(line: NonNullable<ReturnType<xterm.Terminal["buffer"]["active"]["getLine"]>>) {
  const spans: Span[] = [];
  for (let column = 0; column < line.length; column++) {
    const at = line.getCell(column);
    const text = at?.getChars() ?? "";
    if (at === undefined || text === "") continue;
    const fill = at.isDim() ? ink.dim : at.isFgPalette() ? palette[at.getFgColor()] : undefined;
    const span = { column, text, fill: fill ?? ink.text, bold: at.isBold() > 0 };
    const before = spans.at(-1);
    if (
      before?.fill === span.fill &&
      before.bold === span.bold &&
      before.column + before.text.length === column
    )
      spans[spans.length - 1] = { ...before, text: before.text + text };
    else spans.push(span);
  }
  return spans.filter(({ text }) => text.trim() !== "");
}

async function draw(raw: string): Promise<string> {
  const terminal = new xterm.Terminal({ cols: columns, rows: 60, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(raw, resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)).map(
    (line) => (line === undefined ? [] : spansOf(line)),
  );
  const rows = lines.slice(0, lines.findLastIndex((spans) => spans.length > 0) + 1);
  const width = Math.ceil(columns * cell.width + 24);
  const height = rows.length * cell.height + 24;
  const body = rows.flatMap((spans, row) =>
    spans.map(({ column, text, fill, bold }) => {
      const x = (12 + column * cell.width).toFixed(1);
      const y = 12 + row * cell.height + 14;
      // Every font has cells of another width: the text is fitted into those of the picture.
      const length = (text.length * cell.width).toFixed(1);
      const weight = bold ? ' font-weight="bold"' : "";
      return `<text x="${x}" y="${y}" fill="${fill}" textLength="${length}"${weight}>${escape(text)}</text>`;
    }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="wsecho inspect in a terminal">`,
    `<rect width="100%" height="100%" rx="8" fill="${ink.paper}"/>`,
    `<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    ...body,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function escape(text: string): string {
  // Blanks next to each other would be drawn as one.
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(" ", "\u00a0");
}

mkdirSync(fileURLToPath(new URL("../../../docs/pictures", import.meta.url)), { recursive: true });
writeFileSync(out, await draw(await record()));
