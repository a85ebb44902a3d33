import { decodeServerMessage } from "@wsecho/protocol";
import type { Case } from "./cases.ts";
import { connect, show } from "./connection.ts";
import { Mismatch, Skip } from "./failure.ts";
import { shakeHands } from "./handshake.ts";
import { redact, shorten } from "./redact.ts";
import type { Knowledge, Target } from "./target.ts";

/** What became of one vector. Every text in it is redacted. */
export interface Result {
  readonly id: string;
  readonly title: string;
  readonly rules: readonly string[];
  readonly outcome: "passed" | "failed" | "skipped";
  readonly ms: number;
  /** Why it was skipped. */
  readonly reason?: string;
  /** Where one that passed was not strict, or the rule leaves a choice. */
  readonly notes?: readonly string[];
  readonly expected?: string;
  readonly received?: string;
  /** The end of the conversation of one that failed. */
  readonly conversation?: readonly string[];
}

/** The most lines of a conversation that a report shows. */
const shownLines = 16;

/**
 * Runs `cases`, so many at a time; `onResult` hears of each in their order. Rejects where nobody
 * listens.
 */
export async function runCases(
  cases: readonly Case[],
  target: Target,
  onResult: (result: Result) => void,
  atATime = 1,
): Promise<readonly Result[]> {
  const knowledge = await probe(target);
  const results: Result[] = [];
  const waiting = cases.entries();
  let told = 0;

  async function work(): Promise<void> {
    for (const [i, each] of waiting) {
      results[i] = await runCase(each, target, knowledge);
      for (let next = results[told]; next !== undefined; next = results[++told]) onResult(next);
    }
  }

  await Promise.all(Array.from({ length: atATime }, work));
  return results;
}

/** What the server is, before any vector judges it. */
async function probe(target: Target): Promise<Knowledge> {
  const { url, timeoutMs } = target;
  // Rejects where there is no HTTP server at all; then there is nothing to judge.
  const { status } = await shakeHands(url, {}, timeoutMs);
  return { plain: status !== 400, ...(await greet(target)) };
}

async function greet({ url, timeoutMs }: Target): Promise<Pick<Knowledge, "hello" | "greeting">> {
  try {
    const connection = await connect(url, ["wsecho.v1"], timeoutMs);
    const first = await connection.next(timeoutMs);
    connection.cut();
    const decoded = first?.kind === "text" ? decodeServerMessage(first.text) : undefined;
    const hello = decoded?.ok === true && decoded.value.type === "hello" ? decoded.value : null;
    return { hello, greeting: show(first) };
  } catch (error) {
    if (error instanceof Mismatch) return { hello: null, greeting: error.received };
    throw error;
  }
}

async function runCase(each: Case, target: Target, knowledge: Knowledge): Promise<Result> {
  const { id, title, rules } = each;
  const lines: string[] = [];
  const clean = (text: string): string => shorten(redact(text, target));
  const started = performance.now();
  const done = (outcome: Result["outcome"], more: Partial<Result> = {}): Result => {
    const ms = Math.round(performance.now() - started);
    return { id, title, rules, outcome, ms, ...more };
  };
  try {
    const notes = await each.run(target, knowledge, (line) => lines.push(clean(line)));
    return done("passed", notes.length === 0 ? {} : { notes: notes.map(clean) });
  } catch (error) {
    if (error instanceof Skip) return done("skipped", { reason: clean(error.message) });
    const { expected, received } =
      error instanceof Mismatch
        ? error
        : { expected: "the vector to run to its end", received: `the error: ${String(error)}` };
    return done("failed", {
      expected: clean(expected),
      received: clean(received),
      conversation: lines.slice(-shownLines),
    });
  }
}
