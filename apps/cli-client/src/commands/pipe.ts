import { SessionError, type Session } from "@wsecho/client";
import type { ExitName } from "../exit.ts";
import { InputError } from "../lines.ts";
import type { Output } from "../output.ts";
import type { TallyKeeper } from "../tally.ts";
import { receive } from "./receive.ts";

export interface Piping {
  readonly session: Session;
  readonly lines: AsyncIterable<string>;
  readonly output: Output;
  readonly tally: TallyKeeper;
  /** Longest silence of a server that owes a reply. */
  readonly timeoutMs: number;
  readonly leave: (exit: ExitName) => void;
}

/**
 * Each line of the input is one message; at its end every reply is waited for.
 *
 * @returns whether the whole input went out
 */
export async function pipe(piping: Piping): Promise<boolean> {
  const { session, lines, output, tally, leave } = piping;
  const receiving = receive(session, output);
  let over = false;
  const stopWatching = watchSilence(piping);
  const closed = session.closed.then(() => {
    over = true;
    stopWatching();
    // Whoever feeds us learns of it, and the loop below ends.
    process.stdin.destroy();
  });
  let complete = false;
  try {
    for await (const line of lines) await session.send(line);
    complete = true;
    await settled(piping);
    leave("ok");
  } catch (error) {
    const problem = describe(error, over);
    if (error instanceof SessionError && error.reason.kind === "unsent") tally.addUnsent();
    if (problem !== null) {
      output.problem(problem);
      await settled(piping);
      leave("usage");
    }
  }
  await closed;
  await receiving;
  return complete;
}

/** Leaves when the server owes replies and none comes, while nothing on our side holds them back. */
function watchSilence({ output, tally, timeoutMs, leave }: Piping): () => void {
  let timer: NodeJS.Timeout | undefined;
  const expire = (): void => {
    if (output.blocked()) {
      timer?.refresh();
      return;
    }
    const { outstanding } = tally.now();
    const missing = outstanding === 1 ? "1 reply is" : `${outstanding} replies are`;
    output.problem(
      `${missing} missing after ${timeoutMs / 1000} s of silence; --timeout allows more.`,
    );
    leave("timeout");
  };
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  tally.watch((change) => {
    if (tally.now().outstanding === 0) stop();
    else if (timer === undefined) timer = setTimeout(expire, timeoutMs);
    else if (change !== "sent") timer.refresh();
  });
  return stop;
}

/** What is wrong with the input; `null` where the session ended first, which is told elsewhere. */
function describe(error: unknown, over: boolean): string | null {
  if (error instanceof InputError) return `${error.message}. Nothing after it was sent.`;
  if (error instanceof SessionError)
    return error.reason.kind === "unsent" ? null : `${error.message} Nothing after it was sent.`;
  if (over) return null;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return `The input cannot be read (${code}).`;
}

/** Resolves when no reply is outstanding, or the session ended. */
function settled({ session, tally }: Piping): Promise<unknown> {
  const answered = new Promise<void>((resolve) => {
    const check = (): void => {
      if (tally.now().outstanding === 0) resolve();
    };
    tally.watch(check);
    check();
  });
  return Promise.race([answered, session.closed]);
}
