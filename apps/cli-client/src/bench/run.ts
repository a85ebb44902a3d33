import { setTimeout as sleep } from "node:timers/promises";
import { OpenError, type Line, type LineListener } from "./line.ts";
import type { Messages } from "./message.ts";
import { createPace } from "./pace.ts";
import { countFailure, createAwaited, type Awaited, type Tallies, type Tally } from "./tally.ts";

export interface Plan {
  readonly connections: number;
  /** Connections opened per second; `null` for as fast as they come about. */
  readonly ramp: number | null;
  /** Messages per second over all connections (open-loop); `null` for closed-loop. */
  readonly rate: number | null;
  /** Closed-loop: messages of a connection that may be unanswered. */
  readonly inFlight: number;
  /** Of a message, about. */
  readonly sizeBytes: number;
  /** The messages of a connection, counted from 0. */
  readonly messagesOf: (connection: number) => Messages;
  /** How many of a hundred connections read slowly. */
  readonly slowPercent: number;
  readonly seconds: number;
  /** At most so many messages in all; `null` for no end but the time's. */
  readonly messages: number | null;
  /** How long echoes may still take at the end, in milliseconds. */
  readonly patienceMs: number;
}

export interface Progress {
  readonly phase: "connecting" | "sending" | "waiting" | "closing";
  readonly opened: number;
  /** Seconds of the sending phase so far. */
  readonly seconds: number;
}

export interface Host {
  readonly open: (listener: LineListener) => Promise<Line>;
  /** Nanoseconds that never go back. */
  readonly now: () => number;
  readonly onProgress: (progress: Progress) => void;
  /** Ends the sending early; what was measured counts. */
  readonly signal: AbortSignal;
}

export interface Outcome {
  readonly opened: number;
  /** Of these. */
  readonly slowOpened: number;
  /** How long messages were sent. */
  readonly seconds: number;
  /** What the first connection that did not come about failed by. */
  readonly failed: OpenError | null;
}

interface Talker {
  readonly tally: Tally;
  readonly line: Line;
  readonly awaited: Awaited;
  readonly make: (n: number) => string;
  sent: number;
  open: boolean;
}

/** Without a ramp this many connections are under way at once. */
const openingAtOnce = 100;
/** Bytes, and messages, that may be unanswered on a connection before no more are put on top. */
const maxUnanswered = { bytes: 16 * 1024 * 1024, messages: 10_000 };
/** A slow reader takes nothing for so long, and then what there is for a moment. */
const slow = { pauseMs: 1000, readMs: 100 };
const tickMs = 1;
const progressMs = 100;

/** Opens the connections, sends for the planned time, waits for the last echoes, says goodbye. */
export async function runBench(plan: Plan, tallies: Tallies, host: Host): Promise<Outcome> {
  const { now, signal } = host;
  const talkers: Talker[] = [];
  let phase: Progress["phase"] = "connecting";
  let startNs = now();
  let endNs: number | null = null;
  let total = 0;
  let failed: OpenError | null = null;
  const sentSeconds = (): number =>
    phase === "connecting" ? 0 : ((endNs ?? now()) - startNs) / 1e9;
  const report = (): void =>
    host.onProgress({ phase, opened: talkers.length, seconds: sentSeconds() });
  const reporter = setInterval(report, progressMs);

  const mayGoOn = (): boolean =>
    phase === "sending" && (plan.messages === null || total < plan.messages) && !signal.aborted;

  const say = (talker: Talker, dueNs: number): void => {
    const n = talker.sent;
    talker.sent += 1;
    total += 1;
    talker.awaited.sent(n, dueNs);
    talker.line.send(talker.make(n));
  };
  const fill = (talker: Talker): void => {
    while (mayGoOn() && talker.open && talker.awaited.count() < plan.inFlight) say(talker, now());
  };

  const openOne = async (index: number): Promise<void> => {
    const tally = isSlow(index, plan.slowPercent) ? tallies.slow : tallies.readers;
    const messages = plan.messagesOf(index);
    const awaited = createAwaited(tally, messages);
    let talker: Talker | null = null;
    let broken = false;
    const began = now();
    try {
      const line = await host.open({
        echoed: (text) => {
          const expected = awaited.received(text, now());
          if (expected && talker !== null && plan.rate === null) fill(talker);
        },
        refused: (text, kind) => {
          countFailure(tally, kind);
          awaited.refused(text);
          if (talker !== null && plan.rate === null) fill(talker);
        },
        broke: (kind) => {
          broken = true;
          countFailure(tally, kind);
          awaited.end();
          if (talker !== null) talker.open = false;
        },
      });
      tally.connecting.record(Math.max(1, Math.round(now() - began)));
      talker = { tally, line, awaited, make: messages.make, sent: 0, open: !broken };
      talkers.push(talker);
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
      failed ??= error;
      countFailure(tally, error.message);
    }
  };

  await openAll(plan, openOne, signal);
  phase = "sending";
  startNs = now();
  const over = new AbortController();
  for (const { tally, line } of talkers) if (tally === tallies.slow) void dawdle(line, over.signal);
  const deadline = sleep(plan.seconds * 1000, undefined, { signal }).catch(() => undefined);
  if (plan.rate === null) {
    for (const talker of talkers) fill(talker);
    await Promise.race([deadline, until(() => !mayGoOn() || talkers.every(({ open }) => !open))]);
  } else {
    await sendAtRate(plan.rate);
  }
  endNs = now();
  over.abort();
  phase = "waiting";
  await Promise.race([
    sleep(plan.patienceMs),
    until(() => talkers.every(({ awaited, open }) => !open || awaited.count() === 0)),
  ]);
  phase = "closing";
  for (const { awaited } of talkers) awaited.end();
  await Promise.all(talkers.filter(({ open }) => open).map(({ line }) => line.close()));
  clearInterval(reporter);
  const slowOpened = talkers.filter(({ tally }) => tally === tallies.slow).length;
  return { opened: talkers.length, slowOpened, seconds: (endNs - startNs) / 1e9, failed };

  async function sendAtRate(rate: number): Promise<void> {
    const pace = createPace(rate, startNs);
    const planned = Math.ceil(rate * plan.seconds);
    let due = 0;
    while (mayGoOn()) {
      const alive = talkers.filter(({ open }) => open);
      if (alive.length === 0) return;
      for (const end = Math.min(pace.dueBy(now()), planned); due < end && mayGoOn(); due++) {
        const talker = alive[due % alive.length];
        if (talker?.open !== true) continue;
        if (isFull(talker.awaited.count(), plan.sizeBytes)) talker.tally.unsent += 1;
        else say(talker, pace.dueAt(due));
      }
      if (due >= planned) return;
      await sleep(tickMs);
    }
  }
}

/** How many of so many connections read slowly. */
export function slowOf(connections: number, percent: number): number {
  return Math.floor((connections * percent) / 100);
}

/** They are spread evenly over all. */
function isSlow(index: number, percent: number): boolean {
  return slowOf(index + 1, percent) > slowOf(index, percent);
}

async function dawdle({ read }: Line, until: AbortSignal): Promise<void> {
  const pause = (ms: number): Promise<unknown> =>
    sleep(ms, undefined, { signal: until }).catch(() => undefined);
  while (!until.aborted) {
    read(false);
    await pause(slow.pauseMs);
    read(true);
    await pause(slow.readMs);
  }
}

function isFull(unanswered: number, sizeBytes: number): boolean {
  return (
    unanswered > 0 &&
    (unanswered >= maxUnanswered.messages || unanswered * sizeBytes >= maxUnanswered.bytes)
  );
}

async function openAll(
  { connections, ramp }: Plan,
  openOne: (index: number) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (ramp !== null) {
    const opening: Promise<void>[] = [];
    const began = performance.now();
    for (let index = 0; index < connections && !signal.aborted; index++) {
      const waitMs = began + (index / ramp) * 1000 - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      opening.push(openOne(index));
    }
    await Promise.all(opening);
    return;
  }
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < connections && !signal.aborted) await openOne(next++);
  };
  await Promise.all(Array.from({ length: Math.min(openingAtOnce, connections) }, worker));
}

/** Looks from time to time, which costs nothing per message. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(progressMs / 10);
}
