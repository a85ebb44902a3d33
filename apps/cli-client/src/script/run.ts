import { setTimeout as sleep } from "node:timers/promises";
import { SessionError, type Message } from "@wsecho/client";
import type { StopReason } from "@wsecho/protocol";
import { comparedText } from "../goal.ts";
import type { Outgoing } from "../input/framing.ts";
import type { Step } from "./script.ts";

/** How a step went. */
export interface StepResult {
  readonly step: Step;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly seconds: number;
  /** Why it failed; may quote the server. */
  readonly why: string;
}

export interface Stage {
  readonly send: (message: Outgoing) => Promise<void>;
  /** The connection has ended. */
  readonly closed: Promise<StopReason>;
}

/** Keeps what comes until a step wants it. */
export interface Inbox {
  readonly put: (message: Message) => void;
  /** The next message; `null` where `signal` came first. */
  readonly take: (signal: AbortSignal) => Promise<string | null>;
}

export function createInbox(): Inbox {
  const waiting: string[] = [];
  let wake = (): void => undefined;
  return {
    put: (message) => {
      waiting.push(comparedText(message));
      wake();
    },
    take: async (signal) => {
      for (;;) {
        const [text] = waiting.splice(0, 1);
        if (text !== undefined) return text;
        if (signal.aborted) return null;
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
    },
  };
}

/** Of what was passed over, so much is told. */
const maxTold = { messages: 3, characters: 200 };

/**
 * Does one step after the other; after one that failed the others are skipped.
 *
 * @param tell gets each result at once
 */
export async function runScript(
  steps: readonly Step[],
  inbox: Inbox,
  { send, closed }: Stage,
  tell: (result: StepResult) => void,
): Promise<void> {
  const captured = new Map<string, string>();
  const over = new AbortController();
  let end: StopReason | null = null;
  void closed.then((reason) => {
    end = reason;
    over.abort();
  });

  const expect = async (
    pattern: RegExp,
    ms: number,
    name: string | null,
  ): Promise<string | null> => {
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(ms)]);
    const passed: string[] = [];
    for (;;) {
      const text = await inbox.take(signal);
      if (text === null) {
        const why = over.signal.aborted
          ? `the connection ended (${describe(end)})`
          : `${ms / 1000} s passed`;
        const told = passed
          .slice(-maxTold.messages)
          .map((each) => each.slice(0, maxTold.characters));
        const others =
          told.length === 0
            ? "no message came"
            : `${passed.length} did not match: ${told.join(" | ")}`;
        return `${why}; ${others}`;
      }
      const found = pattern.exec(text);
      if (found === null) passed.push(text);
      else {
        if (name !== null) captured.set(name, found[1] ?? found[0]);
        return null;
      }
    }
  };
  const perform = async (step: Step): Promise<string | null> => {
    const read = step.action(captured);
    if (!read.ok) return read.error;
    const action = read.value;
    switch (action.kind) {
      case "send":
        try {
          await send(action.message);
          return null;
        } catch (error) {
          if (error instanceof SessionError) return error.message;
          throw error;
        }
      case "wait":
        await sleep(action.ms, undefined, { signal: over.signal }).catch(() => undefined);
        return null;
      case "expect":
        return expect(action.pattern, action.ms, action.name);
      case "closed": {
        const reason = await Promise.race([closed, sleep(action.ms, null, { ref: false })]);
        if (reason === null) return `it is still open after ${action.ms / 1000} s`;
        if (reason.kind !== "closed") return `it ended otherwise (${describe(reason)})`;
        return action.code === null || action.code === reason.code
          ? null
          : `it closed with ${reason.code}`;
      }
    }
  };

  let failed = false;
  for (const step of steps) {
    if (failed) {
      tell({ step, outcome: "skipped", seconds: 0, why: "" });
      continue;
    }
    const began = performance.now();
    const why = await perform(step);
    failed = why !== null;
    const seconds = (performance.now() - began) / 1000;
    tell({ step, outcome: failed ? "failed" : "passed", seconds, why: why ?? "" });
  }
}

function describe(reason: StopReason | null): string {
  return reason?.kind === "closed" ? `close ${reason.code}` : (reason?.kind ?? "left");
}
