import type { IncomingMessage } from "node:http";
import { silentLog, type Log } from "../log.ts";
import { silentMeter, type Meter } from "../meter.ts";
import type { ServerOptions } from "../options.ts";
import { createRecentHeads } from "./heads.ts";
import { covers, type Report, type Scope } from "./messages.ts";
import type { RecordOptions } from "./record-options.ts";
import { createTape, now, type Tape } from "./tape.ts";
import { Tapped, type Newcomer, type Subject } from "./tapped.ts";
import { startThread, type Thread } from "./thread.ts";

/** What a watcher gets. */
export interface WatchParts {
  readonly scope: Scope;
  /** The watcher is at another process, which counts it. */
  readonly isRemote?: boolean;
  /** Gets whole lines of records; `taken` is to be called when they have left. */
  readonly onLines: (bytes: Uint8Array, taken: () => void) => void;
  /** There will be no more. */
  readonly onFailed: () => void;
}

export interface Watch {
  readonly setScope: (scope: Scope) => void;
  readonly pause: (paused: boolean) => void;
  readonly stop: () => void;
}

/** Looks at the bytes of connections, where somebody watches, and only then. */
export interface Tap {
  /**
   * Rejects where nothing can be recorded, though it is to be. To be called before all others.
   *
   * @param open the connections that are open
   */
  readonly begin: (open: () => Iterable<Subject>) => Promise<void>;
  /** A handshake will be answered now. */
  readonly arrive: (newcomer: Newcomer, request: IncomingMessage) => void;
  /** With these lines. */
  readonly answer: (request: IncomingMessage, lines: readonly string[]) => void;
  /** It has succeeded. */
  readonly open: (subject: Subject) => void;
  readonly logIn: (subject: Subject, user: string) => void;
  readonly close: (subject: Subject) => void;
  readonly watch: (parts: WatchParts) => Watch;
  /** To be called when all connections are closed. */
  readonly end: () => Promise<void>;
}

/** How soon the recording goes on where its thread has failed; ms. */
const restartMs = 1000;

interface Running {
  readonly thread: Thread;
  readonly tape: Tape;
}

type Lines = Extract<Report, { readonly type: "lines" }>;
type TapOptions = Pick<ServerOptions, "record" | "log" | "meter">;

export interface TapParts {
  /** Every connection is watched, all the time. */
  readonly record: RecordOptions | null;
  readonly log: Log;
  readonly meter: Meter;
}

/** What the options of a server make of it. */
export function tapParts({ record, log, meter }: TapOptions): TapParts {
  return { record: record ?? null, log: log ?? silentLog, meter: meter ?? silentMeter };
}

export function createTap({ record, log, meter }: TapParts): Tap {
  /** Nobody has told yet where connections are. */
  let subjects = (): Iterable<Subject> => [];
  /** Those that somebody looks at, by `conn`. */
  const tapped = new Map<number, Tapped>();
  const watches = new Map<number, WatchParts>();
  const heads = createRecentHeads();
  let running: Running | null = null;
  /** A thread has started before, so another will. */
  let isReady = false;
  let restart: NodeJS.Timeout | undefined;
  let lastId = 0;
  const ending = new Set<Promise<void>>();
  const begun = Promise.withResolvers<undefined>();
  begun.promise.catch(() => undefined);

  function start(): Running {
    // An earlier thread may still have something to say, which is no business of a later one.
    const onReport = (report: Report): void => take(started, report);
    const thread = startThread({ record, onReport, onFailed });
    const tape = createTape(thread.post, (bytes) => meter.tapMissed(bytes));
    const started = { thread, tape };
    return started;
  }

  function take({ thread, tape }: Running, report: Report): void {
    switch (report.type) {
      case "ready":
        isReady = true;
        begun.resolve(undefined);
        return;
      case "tape":
        tape.giveBack(report.bytes);
        return;
      case "lines":
        onLines(thread, report);
        return;
      case "recordFailed":
        meter.recordFailed();
        log.error({ code: report.code }, "recording has stopped; sessions go on");
        return;
      case "recordResumed":
        log.warn({ lost: report.lost }, "recording goes on");
    }
  }

  function onLines(thread: Thread, { watch, bytes, lost }: Lines): void {
    if (lost > 0) meter.feedLost(lost);
    if (bytes.length === 0) return;
    // The view is empty when it has left.
    const { length } = bytes;
    watches.get(watch)?.onLines(bytes, () => {
      thread.post({ type: "taken", watch, bytes: length });
    });
  }

  function onFailed(error: Error): void {
    begun.reject(error);
    if (record !== null) meter.recordFailed();
    log.error({ err: error }, "looking at the wire has failed and ended; sessions go on");
    stop();
    const parts = [...watches.values()];
    watches.clear();
    for (const { onFailed: tell } of parts) tell();
    if (record === null || !isReady) return;
    restart = setTimeout(() => {
      running ??= start();
      adjustAll();
    }, restartMs).unref();
  }

  function stop(): void {
    if (running === null) return;
    const { tape, thread } = running;
    running = null;
    for (const conn of tapped.keys()) untap(conn, "stopped");
    tape.flush();
    const ended = thread.close().finally(() => ending.delete(ended));
    ending.add(ended);
  }

  function isWanted({ session, user, dialect }: Newcomer): boolean {
    if (dialect === null) return false;
    if (record !== null) return true;
    for (const { scope } of watches.values())
      if (covers(scope, { session, user }) !== "no") return true;
    return false;
  }

  /** Taps what somebody watches, and nothing else. */
  function adjust({ tape }: Running, subject: Subject): void {
    const { conn } = subject;
    if (!isWanted(subject)) untap(conn, "stopped");
    else if (!tapped.has(conn)) tapped.set(conn, Tapped.fromHere(subject, tape, heads.of(conn)));
  }

  function untap(conn: number, how: "closed" | "stopped"): void {
    tapped.get(conn)?.untap(how);
    tapped.delete(conn);
  }

  /** The watches have changed. */
  function adjustAll(): void {
    if (watches.size === 0 && record === null) stop();
    if (running === null) return;
    for (const subject of subjects()) adjust(running, subject);
  }

  function order(of: Running, message: Parameters<Thread["post"]>[0]): void {
    // Behind what was seen before.
    of.tape.flush();
    of.thread.post(message);
  }

  return {
    async begin(open) {
      subjects = open;
      if (record === null) return;
      running = start();
      await begun.promise;
    },
    arrive(newcomer, request) {
      if (newcomer.dialect !== null) heads.asked(newcomer.conn, request);
      if (running === null || !isWanted(newcomer)) return;
      const { conn } = newcomer;
      const one = Tapped.fromStart(newcomer, running.tape, request);
      one.onFailed(() => untap(conn, "closed"));
      tapped.set(conn, one);
    },
    answer: heads.answered,
    open: ({ conn }) => tapped.get(conn)?.onFailed(null),
    logIn(subject, user) {
      if (subject.user === user) return;
      subject.user = user;
      if (running === null) return;
      const { conn } = subject;
      if (tapped.has(conn)) running.tape.say({ type: "login", conn, time: now(), user });
      adjust(running, subject);
    },
    close({ conn }) {
      heads.forget(conn);
      untap(conn, "closed");
    },
    watch(parts) {
      const watch = ++lastId;
      const leave = parts.isRemote === true ? () => undefined : meter.watching();
      let { scope } = parts;
      const tell = (): void => {
        running ??= start();
        order(running, { type: "watch", watch, scope });
        watches.set(watch, { ...parts, scope });
        adjustAll();
      };
      tell();
      return {
        setScope(next) {
          if (!watches.has(watch)) return;
          scope = next;
          tell();
        },
        pause(paused) {
          if (running !== null) order(running, { type: "pause", watch, paused });
        },
        stop() {
          leave();
          if (!watches.delete(watch)) return;
          if (running !== null) order(running, { type: "unwatch", watch });
          adjustAll();
        },
      };
    },
    async end() {
      clearTimeout(restart);
      stop();
      await Promise.all(ending);
    },
  };
}
