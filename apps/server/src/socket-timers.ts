import { maxTimerMs } from "./limits.ts";

/** A session, or another that has timers by name. */
export interface TimerOwner<Name extends string> {
  /** Those of its timers that run; `null` at first. Belongs to the functions below. */
  timers: Timer<Name> | null;
  onTimer(name: Name): void;
}

/** Times are whole milliseconds by `performance.now()`: a fraction would be an object of its own. */
export interface Timer<Name extends string> {
  readonly owner: TimerOwner<Name>;
  readonly name: Name;
  readonly ms: number;
  /** When it was started last. */
  startedAtMs: number;
  /** When it is looked at: at its end, or before that where it has been started anew. */
  lookAtMs: number;
  /** Where it stands in `waiting`. */
  place: number;
  /** The owner's next. */
  next: Timer<Name> | null;
}

/** Whatever its name may be. */
type AnyTimer = Timer<string>;

/**
 * The timers of all sessions, as a binary heap by `lookAtMs`, behind one timer of Node's: one of those
 * for each session, with what stands around it, would be a tenth of what an idle connection costs.
 */
const waiting: AnyTimer[] = [];

let handle: NodeJS.Timeout | null = null;
/** When `handle` fires. */
let wakeAtMs = Infinity;

/**
 * Starts the timer, or starts it anew; ms. Anew with the same time, as after every message, it only
 * notes when that was.
 */
export function startTimer<Name extends string>(
  owner: TimerOwner<Name>,
  name: Name,
  ms: number,
): void {
  const now = Math.ceil(performance.now());
  for (let timer = owner.timers; timer !== null; timer = timer.next) {
    if (timer.name !== name || timer.ms !== ms) continue;
    timer.startedAtMs = now;
    return;
  }
  stopTimer(owner, name);
  const timer: Timer<Name> = {
    owner,
    name,
    ms,
    startedAtMs: now,
    lookAtMs: now + Math.min(ms, maxTimerMs),
    place: waiting.length,
    next: owner.timers,
  };
  owner.timers = timer;
  waiting.push(timer);
  rise(timer);
  if (timer.lookAtMs < wakeAtMs) wakeAt(timer.lookAtMs, now);
}

export function stopTimer<Name extends string>(owner: TimerOwner<Name>, name: Name): void {
  let before: Timer<Name> | null = null;
  for (let timer = owner.timers; timer !== null; timer = timer.next) {
    if (timer.name === name) {
      if (before === null) owner.timers = timer.next;
      else before.next = timer.next;
      remove(timer);
      return;
    }
    before = timer;
  }
}

export function stopTimers<Name extends string>(owner: TimerOwner<Name>): void {
  while (owner.timers !== null) stopTimer(owner, owner.timers.name);
}

function wakeAt(atMs: number, now: number): void {
  if (handle !== null) clearTimeout(handle);
  wakeAtMs = atMs;
  handle = setTimeout(wake, Math.min(Math.max(atMs - now, 1), maxTimerMs));
}

function wake(): void {
  handle = null;
  wakeAtMs = Infinity;
  try {
    for (;;) {
      const [timer] = waiting;
      if (timer === undefined || timer.lookAtMs > performance.now()) return;
      timer.lookAtMs = timer.startedAtMs + Math.min(timer.ms, maxTimerMs);
      if (timer.lookAtMs > performance.now()) sink(timer);
      else fire(timer);
    }
  } finally {
    const [next] = waiting;
    if (next !== undefined && next.lookAtMs < wakeAtMs)
      wakeAt(next.lookAtMs, Math.floor(performance.now()));
  }
}

function fire(timer: AnyTimer): void {
  const { owner, name } = timer;
  stopTimer(owner, name);
  owner.onTimer(name);
}

function remove(timer: AnyTimer): void {
  const { place } = timer;
  const last = waiting.pop();
  if (last !== undefined && last !== timer) {
    put(last, place);
    rise(last);
    sink(last);
  }
  if (waiting.length > 0 || handle === null) return;
  clearTimeout(handle);
  handle = null;
  wakeAtMs = Infinity;
}

function put(timer: AnyTimer, place: number): void {
  waiting[place] = timer;
  timer.place = place;
}

function rise(timer: AnyTimer): void {
  while (timer.place > 0) {
    const above = (timer.place - 1) >> 1;
    const other = waiting[above];
    if (other === undefined || other.lookAtMs <= timer.lookAtMs) return;
    put(other, timer.place);
    put(timer, above);
  }
}

function sink(timer: AnyTimer): void {
  for (;;) {
    const below = 2 * timer.place + 1;
    const left = waiting[below];
    const right = waiting[below + 1];
    const other =
      right !== undefined && left !== undefined && right.lookAtMs < left.lookAtMs ? right : left;
    if (other === undefined || other.lookAtMs >= timer.lookAtMs) return;
    const { place } = other;
    put(other, timer.place);
    put(timer, place);
  }
}
