import type { Key } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";
import { createEditor, type Editor, type EditorOptions } from "./editor.ts";
import { openKeyboard } from "./keys.ts";
import { typeSecret } from "./secret.ts";

export interface Question {
  readonly prompt: string;
  /** Show nothing of the answer. */
  readonly hidden: boolean;
}

/** A screen and a keyboard that a person and a peer share without disturbing each other. */
export interface Terminal {
  /** Whole lines, above whatever is being typed. */
  print(text: string): void;
  /** Asks one after the other; `null` when the person ends the input or `signal` aborts. */
  ask(questions: readonly Question[], signal: AbortSignal): Promise<readonly string[] | null>;
  /** Opens the prompt for messages. Calls back with each line, and at Ctrl-D on an empty one. */
  prompt(
    text: string,
    onLine: (line: string) => void,
    onEnd: () => void,
    more?: Pick<EditorOptions, "history" | "complete">,
  ): void;
  /** Takes the prompt off the screen and gives the terminal back, with what was typed ahead. */
  close(): string;
}

export interface TerminalOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly onInterrupt: () => void;
}

interface Inquiry {
  readonly questions: readonly Question[];
  readonly answers: readonly string[];
  readonly secret: string;
  readonly editor: Editor;
  readonly resolve: (answers: readonly string[] | null) => void;
}

const historySize = 500;
/** Bracketed paste: the terminal marks where a paste begins and ends, so that it is one message. */
const pasteOn = "\x1b[?2004h";
const pasteOff = "\x1b[?2004l";
/** More unprinted text than this is printed at once instead of with the next batch. */
const maxUnprinted = 64 * 1024;

export function createTerminal({ input, output, onInterrupt }: TerminalOptions): Terminal {
  let inquiry: Inquiry | null = null;
  let messages: { readonly editor: Editor; readonly onEnd: () => void } | null = null;
  let unprinted = "";
  let closed = false;

  // What one step draws leaves in one write, so that nothing flickers.
  let frame: string | null = null;
  const write = (text: string): void => {
    if (frame === null) output.write(text);
    else frame += text;
  };
  const together = (step: () => void): void => {
    if (frame !== null) {
      step();
      return;
    }
    frame = "";
    step();
    const drawn: string = frame;
    frame = null;
    output.write(drawn);
  };

  const active = (): Editor | null => inquiry?.editor ?? messages?.editor ?? null;
  const open = (
    prompt: string,
    onLine: (line: string) => void,
    more: Partial<EditorOptions> = {},
  ): Editor =>
    createEditor({ prompt, historySize: 0, columns: () => output.columns, write, onLine, ...more });

  // A draft taller than the screen cannot be taken off it, so lines wait until it is sent or shorter.
  const tooTall = (): boolean => {
    const width = Buffer.byteLength(active()?.text ?? "");
    return width > output.columns * (output.rows - 2) && unprinted.length <= maxUnprinted;
  };
  const print = (): void => {
    if (unprinted === "" || tooTall()) return;
    together(() => {
      active()?.erase();
      write(unprinted);
      unprinted = "";
      active()?.draw();
    });
  };

  const nextQuestion = (next: Omit<Inquiry, "editor" | "secret">): void => {
    const question = next.questions[next.answers.length];
    if (question === undefined) {
      finish(next.answers);
      return;
    }
    const answer = (line: string): void => {
      const text = question.hidden ? (inquiry?.secret ?? "") : line;
      inquiry?.editor.close();
      nextQuestion({ ...next, answers: [...next.answers, text] });
    };
    inquiry = { ...next, secret: "", editor: open(question.prompt, answer) };
    inquiry.editor.draw();
  };
  const finish = (answers: readonly string[] | null): void => {
    const finished = inquiry;
    inquiry = null;
    finished?.resolve(answers);
    messages?.editor.draw();
  };
  const giveUp = (): void => {
    inquiry?.editor.erase();
    inquiry?.editor.close();
    finish(null);
  };

  const typeAnswer = (asked: Inquiry, characters: string | undefined, key: Key): void => {
    if (asked.questions[asked.answers.length]?.hidden !== true) {
      if (isEnd(key) && asked.editor.text === "") giveUp();
      else asked.editor.type(characters, key);
      return;
    }
    const step = typeSecret(asked.secret, characters, key);
    if (step.kind === "end") {
      giveUp();
      return;
    }
    inquiry = { ...asked, secret: step.text };
    // The line on the screen stays empty; this ends it.
    if (step.kind === "done") asked.editor.type("", { name: "return" });
  };

  const takeKeys = (): void => {
    while (!closed && (inquiry ?? messages) !== null) {
      const stroke = keyboard.next();
      if (stroke === undefined) break;
      const { characters, key, pasted = false } = stroke;
      together(() => {
        // An answer has one line.
        if (inquiry !== null)
          typeAnswer(inquiry, pasted ? characters?.replace(/[\r\n][^]*/, "") : characters, key);
        else if (pasted) messages?.editor.insert(characters ?? "");
        else if (isEnd(key) && messages?.editor.text === "") messages.onEnd();
        else messages?.editor.type(characters, key);
      });
    }
    print();
  };

  const suspend = (): void => {
    active()?.erase();
    if (messages !== null) output.write(pasteOff);
    keyboard.raw(false);
    process.once("SIGCONT", () => {
      if (closed) return;
      keyboard.raw(true);
      if (messages !== null) output.write(pasteOn);
      active()?.draw();
    });
    // To the whole group, as a terminal does: a parent such as pnpm has to stop as well.
    process.kill(0, "SIGTSTP");
  };

  const interrupt = (): void => {
    // What was typed before may begin or end a search, which is all that Ctrl-C leaves then.
    if (inquiry === null && messages !== null) takeKeys();
    if (active()?.leaveSearch() !== true) onInterrupt();
  };

  const keyboard = openKeyboard({
    input,
    onKeys: takeKeys,
    onUrgent: (key) => {
      if (key.ctrl !== true || key.meta === true) return false;
      if (key.name === "c") interrupt();
      else if (key.name === "z" && process.platform !== "win32") suspend();
      else return false;
      return true;
    },
    onEnd: () => {
      if (inquiry === null) messages?.onEnd();
      else giveUp();
    },
  });
  const onResize = (): void => together(() => active()?.resize());
  output.on("resize", onResize);

  return {
    print: (text) => {
      if (closed) {
        output.write(`${text}\n`);
        return;
      }
      if (unprinted === "") setImmediate(print);
      unprinted += `${text}\n`;
      if (unprinted.length > maxUnprinted) print();
    },
    ask: async (questions, signal) => {
      if (signal.aborted || closed) return null;
      print();
      messages?.editor.erase();
      return new Promise((resolve) => {
        const settle = (answers: readonly string[] | null): void => {
          signal.removeEventListener("abort", giveUp);
          resolve(answers);
        };
        signal.addEventListener("abort", giveUp);
        nextQuestion({ questions, answers: [], resolve: settle });
        takeKeys();
      });
    },
    prompt: (text, onLine, onEnd, more = {}) => {
      print();
      output.write(pasteOn);
      const take = (line: string): void => {
        onLine(line);
        if (!closed && inquiry === null) messages?.editor.draw();
      };
      messages = { editor: open(text, take, { historySize, ...more }), onEnd };
      if (inquiry === null) messages.editor.draw();
      takeKeys();
    },
    close: () => {
      if (closed) return "";
      closed = true;
      output.off("resize", onResize);
      active()?.erase();
      if (messages !== null) output.write(pasteOff);
      output.write(unprinted);
      unprinted = "";
      inquiry?.editor.close();
      messages?.editor.close();
      return keyboard.close();
    },
  };
}

function isEnd(key: Key): boolean {
  return key.ctrl === true && key.name === "d";
}
