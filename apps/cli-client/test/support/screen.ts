import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { cleanEnvironment, programArguments } from "./program.ts";

/** The program in a real pseudo-terminal, seen through an emulated screen. */
export interface Screen {
  /** The rows that are not empty at the end, without trailing blanks; scrolled ones included. */
  readonly rows: () => readonly string[];
  /** The row and column of the cursor; the first row is 0, scrolled ones count. */
  readonly cursor: () => { readonly row: number; readonly column: number };
  /** Every byte that the program wrote. */
  readonly raw: () => string;
  readonly type: (text: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** Resolves when the screen satisfies `condition`. */
  readonly until: (condition: (rows: readonly string[]) => boolean) => Promise<void>;
  /** Resolves when a row holds `text`. */
  readonly shows: (text: string) => Promise<void>;
  readonly pid: number;
  readonly exit: Promise<number>;
  readonly [Symbol.dispose]: () => void;
}

export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What to run instead of the program itself. */
  readonly command?: readonly [string, ...string[]];
}

/** Longer than any step takes on a busy machine; its only use is to show the screen on failure. */
const patienceMs = 15_000;

export function openScreen(args: readonly string[], options: ScreenOptions = {}): Screen {
  const { columns = 80, rows: height = 24, env = {} } = options;
  const [file, ...rest] = options.command ?? [process.execPath, ...programArguments];
  const terminal = new xterm.Terminal({
    cols: columns,
    rows: height,
    scrollback: 10_000,
    allowProposedApi: true,
    // As most terminals do; xterm itself never wraps anew.
    reflowCursorLine: true,
  });
  const pty = spawn(file, [...rest, ...args], {
    // It becomes TERM, whatever the environment says.
    name: env["TERM"] ?? "xterm-256color",
    cols: columns,
    rows: height,
    env: cleanEnvironment(env),
  });
  let raw = "";
  const watchers = new Set<() => void>();
  pty.onData((data) => {
    raw += data;
    terminal.write(data, () => {
      for (const watch of [...watchers]) watch();
    });
  });
  let ended = false;
  const exit = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode }) => {
      ended = true;
      // What was written last is still on its way through the emulator.
      terminal.write("", () => {
        for (const watch of [...watchers]) watch();
        resolve(exitCode);
      });
    });
  });

  const rows = (): readonly string[] => {
    const { active } = terminal.buffer;
    const all = Array.from({ length: active.length }, (_, index) =>
      (active.getLine(index)?.translateToString() ?? "").trimEnd(),
    );
    return all.slice(0, all.findLastIndex((row) => row !== "") + 1);
  };
  const until = (condition: (seen: readonly string[]) => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        watchers.delete(watch);
      };
      const watch = (): void => {
        if (!condition(rows())) return;
        finish();
        resolve();
      };
      const timer = setTimeout(() => {
        finish();
        const state = ended ? "the program has ended" : "the program runs";
        reject(new Error(`never on the screen (${state}):\n${rows().join("\n")}`));
      }, patienceMs);
      watchers.add(watch);
      watch();
    });
  return {
    rows,
    cursor: () => {
      const { active } = terminal.buffer;
      return { row: active.baseY + active.cursorY, column: active.cursorX };
    },
    raw: () => raw,
    type: (text) => pty.write(text),
    resize: (newColumns, newRows) => {
      terminal.resize(newColumns, newRows);
      pty.resize(newColumns, newRows);
    },
    until,
    shows: (text) => until((seen) => seen.some((row) => row.includes(text))),
    pid: pty.pid,
    exit,
    [Symbol.dispose]: () => {
      if (!ended) pty.kill("SIGKILL");
      terminal.dispose();
    },
  };
}
