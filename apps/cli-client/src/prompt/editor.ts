import { PassThrough, Writable } from "node:stream";
import type { Key } from "node:readline";
import { graphemesFrom } from "./graphemes.ts";
import { createKills } from "./kills.ts";
import { createSearch } from "./search.ts";

/** The line at the bottom of the screen that a person is typing. */
export interface Editor {
  readonly text: string;
  draw(): void;
  /** Takes the line off the screen; the cursor stands where it began. */
  erase(): void;
  /** One key, or several characters at once, as readline understands them. */
  type(characters: string | undefined, key: Key): void;
  /** Inserts a text as it is: its line ends do not send it. */
  insert(text: string): void;
  /** Ends a search (Ctrl-R) without its find. @returns whether there was one */
  leaveSearch(): boolean;
  /** After the width of the screen changed. */
  resize(): void;
  close(): void;
}

export interface EditorOptions {
  readonly prompt: string;
  readonly historySize: number;
  /** What was typed before, the newest first. */
  readonly history?: readonly string[];
  readonly columns: () => number;
  readonly write: (text: string) => void;
  readonly onLine: (line: string) => void;
  /** What Tab may put in place of the end of the draft; without it, or for `null`, Tab is a tab. */
  readonly complete?: (draft: string) => Completion | null;
}

export interface Completion {
  /** The end of the draft that a candidate takes the place of. */
  readonly stem: string;
  readonly candidates: readonly string[];
}

/**
 * Stands for a line end inside a draft, which is one line for readline. No text has this
 * noncharacter (Unicode section 23.7), and it is as wide as what is shown for it.
 */
const lineEnd = "\u{fdd0}";
const shownLineEnd = "⏎";
// eslint-disable-next-line no-control-regex -- control characters are what this is about
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Node's own line editor, behind a screen of its own: it draws where it is told to and reads
 * nothing, because keys come in through {@link Editor.type}.
 */
export function createEditor(options: EditorOptions): Editor {
  const surface = Object.assign(
    new Writable({
      decodeStrings: false,
      write: (chunk: string | Buffer, _encoding, done) => {
        options.write(chunk.toString().replaceAll(lineEnd, shownLineEnd));
        done();
      },
    }),
    { columns: options.columns() },
  );
  let history = (options.history ?? []).map((text) => text.replaceAll("\n", lineEnd));
  const complete = (draft: string): Completion | null => options.complete?.(draft) ?? null;
  // Loaded for a person only, not at each start.
  const line = process.getBuiltinModule("node:readline").createInterface({
    input: new PassThrough(),
    output: surface,
    terminal: true,
    prompt: options.prompt,
    historySize: options.historySize,
    // It changes what it is given.
    history: [...history],
    completer: (draft: string) => {
      const { candidates, stem } = complete(draft) ?? { candidates: [], stem: "" };
      return [[...candidates], stem];
    },
  });
  line.on("line", (text) => options.onLine(text.replaceAll(lineEnd, "\n")));
  line.on("history", (lines) => (history = [...lines]));
  const search = createSearch(line, options.prompt, () => history);
  const kills = createKills(line);

  // Rows above the cursor that readline believes to be on the screen. It goes up by as many when it
  // draws, so they are given back, empty, after an erase.
  let owed = 0;
  const eraseRows = (rows: number): void => {
    if (rows > 0) options.write(`\x1b[${rows}A`);
    options.write("\r\x1b[J");
  };
  const draw = (): void => {
    options.write("\n".repeat(owed));
    owed = 0;
    surface.columns = options.columns();
    line.prompt(true);
  };

  return {
    get text() {
      return line.line;
    },
    draw,
    erase: () => {
      owed = line.getCursorPos().rows;
      eraseRows(owed);
    },
    type: (characters, key) => {
      if (search.type(characters, key) || kills.type(characters, key)) return;
      // Alt-Enter.
      if (key.name === "return" && key.meta === true) line.write(lineEnd, {});
      else if (key.name === "tab" && complete(line.line.slice(0, line.cursor)) === null)
        line.write("\t", {});
      else {
        // Readline goes by code points, and would part an emoji or a letter from its accent.
        const steps = graphemesFrom(line.line, line.cursor, key);
        for (let step = 0; step < steps; step += 1) line.write(characters ?? "", key);
      }
    },
    insert: (text) => {
      search.accept();
      const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").replace(controls, "");
      line.write(lines.replaceAll("\n", lineEnd), {});
    },
    leaveSearch: () => search.cancel(),
    resize: () => {
      // The terminal has wrapped the line anew by now; readline still counts the old rows.
      const before = line.getCursorPos().rows;
      surface.columns = options.columns();
      eraseRows(line.getCursorPos().rows);
      owed = before;
      draw();
    },
    close: () => line.close(),
  };
}
