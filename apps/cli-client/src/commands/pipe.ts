import { SessionError } from "@wsecho/client";
import type { ExitName } from "../exit.ts";
import type { Outgoing } from "../input/framing.ts";
import { InputError } from "../lines.ts";
import type { Output } from "../output.ts";
import type { TallyKeeper } from "../tally.ts";
import { receive, type Receiving } from "./receive.ts";

export interface Piping extends Receiving {
  readonly messages: AsyncIterable<Outgoing>;
  readonly send: (message: Outgoing) => Promise<void>;
  readonly output: Output;
  readonly tally: TallyKeeper;
  /** Longest silence of a server that owes something. */
  readonly timeoutMs: number;
  /** At the end of the input, where nothing is owed: how long the server has to be quiet; `null` waits for its close. */
  readonly eofWaitMs: number | null;
  /** What the user calls that. */
  readonly eofWaitOption: "--eof-wait" | "--linger";
  readonly leave: (exit: ExitName) => void;
  /** Messages come from the input, not only from the arguments. */
  readonly reads: boolean;
}

/**
 * Each message of the input is sent; at its end what is owed is waited for: in a session every
 * reply, elsewhere the goal, or quiet.
 *
 * @returns whether the whole input went out
 */
export async function pipe(piping: Piping): Promise<boolean> {
  const { channel, messages, send, output, tally, leave } = piping;
  const counts = { sent: 0, came: 0 };
  const receiving = receive({
    ...piping,
    show: (message) => {
      counts.came += 1;
      return piping.show(message);
    },
  });
  const end = { over: false };
  const stopWatching = watchSilence(piping);
  const closed = channel.closed.then(() => {
    end.over = true;
    stopWatching();
    // Whoever feeds us learns of it, and the loop below ends.
    if (piping.reads) process.stdin.destroy();
  });
  let complete = false;
  try {
    for await (const message of messages) {
      await send(message);
      if (message.kind === "text" || message.kind === "binary") counts.sent += 1;
    }
    complete = true;
    await settled(piping);
    if (!end.over && !piping.goal.set) sayFewer(piping, counts);
    // How the server left is told by its close.
    if (!end.over) leave("ok");
  } catch (error) {
    const problem = describe(error, end.over);
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

/** Without a session nobody knows what answers what, but a person may miss what comes too late. */
function sayFewer(
  { channel, output, eofWaitMs, eofWaitOption }: Piping,
  { sent, came }: { readonly sent: number; readonly came: number },
): void {
  if (channel.status.dialect !== "none" || came >= sent) return;
  output.info(
    `Left after ${(eofWaitMs ?? 0) / 1000} s of silence: ${sent} sent, ${came} came. ${eofWaitOption} waits longer.`,
  );
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

/** Resolves when nothing is to be waited for any more, or the channel ended. */
async function settled(piping: Piping): Promise<void> {
  const { channel, tally, goal } = piping;
  if (goal.set) return Promise.race([goalReached(piping), ended(channel.closed)]);
  if (channel.status.dialect === "none") return quiet(piping);
  const answered = new Promise<void>((resolve) => {
    const check = (): void => {
      if (tally.now().outstanding === 0) resolve();
    };
    tally.watch(check);
    check();
  });
  return Promise.race([answered, ended(channel.closed)]);
}

async function ended(closed: Promise<unknown>): Promise<void> {
  await closed;
}

/** What was asked for came, or the server was silent for too long. */
function goalReached({ goal, output, timeoutMs, leave }: Piping): Promise<void> {
  return new Promise((resolve) => {
    const expire = (): void => {
      if (output.blocked()) {
        timer.refresh();
        return;
      }
      output.problem(`Nothing came for ${timeoutMs / 1000} s; --timeout allows more.`);
      leave("timeout");
      resolve();
    };
    const timer = setTimeout(expire, timeoutMs);
    const check = (): void => {
      timer.refresh();
      if (goal.owed()) return;
      clearTimeout(timer);
      resolve();
    };
    goal.watch(check);
    check();
  });
}

/** No message for so long; one that waits for our own reader is no quiet. */
async function quiet({ goal, output, eofWaitMs, channel }: Piping): Promise<void> {
  if (eofWaitMs === null) {
    await channel.closed;
    return;
  }
  const silence = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      if (output.blocked()) timer.refresh();
      else resolve();
    }, eofWaitMs);
    goal.watch(() => void timer.refresh());
    void channel.closed.then(() => clearTimeout(timer));
  });
  await Promise.race([silence, channel.closed]);
}
