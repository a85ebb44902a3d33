import {
  closes,
  createServerState,
  frameBytes,
  type Frame,
  type Outcome,
  type Reply,
  type ServerEffect,
  type ServerEvent,
  type ServerOptions,
  type ServerState,
  type ServerTimer,
  type Transition,
} from "../../src/index.ts";
import { toArray, type Queue } from "../../src/queue.ts";
import type { Model, Move } from "../explore.ts";
import { createWatch, runTimers, tells, timersEnd, type Watch } from "./broken.ts";
import { canonical } from "./canonical.ts";

export type ServerTransition = Transition<ServerState, ServerEvent, ServerEffect>;

export const serverProperties = {
  login: "no message is handled or answered before a live positive verdict",
  stale: "stale verdicts and stray replies change nothing",
  close: "at most one close, one that the table knows, and nothing sent after it",
  closed: "nothing happens after closed",
  deadline: "every waiting state has its deadline",
  timers: "no timer runs that its state does not need, and none in closed",
  total: "every event is answered in every state",
  ids: "a submit whose id does not increase is never handled",
  order: "each message has one answer, in order, and none is dropped",
  backlog: "the backlog is bounded",
  pause: "pause and resume alternate and match the state",
  attempts: "refused attempts are counted, told and bounded",
  user: "a renewal never changes the user",
  expiry: "only a verdict sets the end of a login",
  drain: "a shutdown waits for the answers that are owed, and only for them",
  secret: "no secret stands in a note, an error or a reason",
  end: "timers alone end every state",
} as const;

/** What a frame asks for, where it comes at a time when it may. */
export type FrameKind = "login" | "response" | "message" | "ping" | "pong" | "fault";

export interface NamedFrame {
  readonly name: string;
  readonly kind: FrameKind;
  readonly frame: Frame;
  /** Of a submit. */
  readonly id?: number;
}

export interface ServerWorld {
  readonly options: ServerOptions;
  readonly frames: readonly NamedFrame[];
  readonly outcomes: readonly Outcome[];
  /** Whether the peer may stop reading. */
  readonly congestion: boolean;
  readonly transition: ServerTransition;
}

/** What an observer without sight of the state knows. */
interface Ghost {
  readonly opened: boolean;
  readonly user: string | null;
  readonly expires: boolean;
  readonly verifying: "login" | "renewal" | null;
  /** The newest step that was to be verified. */
  readonly attempt: number;
  /** Frames that have not shown their consequence yet. */
  readonly queue: readonly string[];
  readonly handling: string | null;
  /** The id of the newest submit that was handled. */
  readonly lastId: number;
  readonly failures: number;
  readonly congested: boolean;
  readonly paused: boolean;
  /** The code with which a drain will close. */
  readonly draining: number | null;
  readonly closeSent: boolean;
  readonly timers: readonly ServerTimer[];
}

const unborn: Ghost = {
  opened: false,
  user: null,
  expires: false,
  verifying: null,
  attempt: 0,
  queue: [],
  handling: null,
  lastId: 0,
  failures: 0,
  congested: false,
  paused: false,
  draining: null,
  closeSent: false,
  timers: [],
};

export interface ServerNode {
  readonly state: ServerState;
  readonly ghost: Ghost;
}

interface Input {
  readonly label: string;
  readonly event: ServerEvent;
  readonly frame?: NamedFrame;
}

export function serverModel(world: ServerWorld): Model<ServerNode> {
  const frames = new Map(world.frames.map((named) => [named.name, named]));
  const names = new Map(world.frames.map(({ frame, name }) => [frame, name]));
  const key = ({ state, ghost }: ServerNode): string =>
    stateKey(state, ghost, names) + canonical(ghost, { attempt: () => "" });
  const step = (node: ServerNode, input: Input): Move<ServerNode> =>
    observe({ world, frames, names }, node, input);
  return {
    start: {
      state: createServerState(world.options),
      ghost: unborn,
    },
    key,
    *moves(node) {
      for (const input of inputsOf(world, node.ghost)) yield step(node, input);
    },
    check(node) {
      const watch = createWatch();
      const ends = timersEnd(
        node,
        {
          timers: ({ ghost }) => ghost.timers,
          fire: (at, name) => step(at, timerInput(name as ServerTimer)).to,
          ended: ({ state, ghost }) => state.kind === "closed" || !ghost.opened,
        },
        8,
      );
      watch.demand(ends, serverProperties.end, () => `${node.state.kind} stays`);
      return watch.broken;
    },
  };
}

function stateKey(state: ServerState, ghost: Ghost, names: ReadonlyMap<Frame, string>): string {
  const isPlain = "options" in state && state.options.dialect === "plain";
  return canonical(state, {
    options: () => "",
    // Only whether a verdict names the newest attempt matters, never how many there were.
    attempt: (attempt) => String((attempt as number) - ghost.attempt),
    // Plain counts for itself, and shows the number to nobody.
    lastId: (id) => (isPlain ? "" : String(id)),
    ...(isPlain ? { handling: (handling) => (handling === null ? "null" : "some") } : {}),
    frames: (queue) => frameNames(queue, names),
  });
}

function frameNames(queue: unknown, names: ReadonlyMap<Frame, string>): string {
  return toArray(queue as Queue<Frame>)
    .map((frame) => names.get(frame) ?? "?")
    .join();
}

const replies: readonly Reply[] = [
  { kind: "text", text: "reply" },
  { kind: "binary", data: Uint8Array.of(7) },
  { kind: "failed" },
];

const timerInput = (name: ServerTimer): Input => ({
  label: `timer ${name}`,
  event: { type: "timer", name },
});

const always: readonly Input[] = [
  { label: "opened", event: { type: "opened" } },
  ...replies.map((reply) => ({
    label: `handled ${reply.kind}`,
    event: { type: "handled", reply } as const,
  })),
  { label: "shut down", event: { type: "shutdown", close: "goingAway" } },
  { label: "restart", event: { type: "shutdown", close: "restarting" } },
  { label: "revoked", event: { type: "revoked" } },
  { label: "violation", event: { type: "violation", close: "protocolError" } },
  { label: "socket closed", event: { type: "socketClosed", code: 1006 } },
];

function* inputsOf({ frames, outcomes, congestion }: ServerWorld, ghost: Ghost): Iterable<Input> {
  yield* always;
  for (const named of frames)
    yield { label: named.name, event: { type: "frame", frame: named.frame }, frame: named };
  for (const lag of [0, 1, -1]) {
    const attempt = ghost.attempt - lag;
    for (const outcome of lag === 0 ? outcomes : outcomes.slice(0, 2))
      yield { label: verdictLabel(outcome, lag), event: { type: "verdict", attempt, outcome } };
  }
  for (const name of ghost.timers) yield timerInput(name);
  if (!congestion) return;
  yield { label: "congested", event: { type: "congested" } };
  yield { label: "drained", event: { type: "drained" } };
}

function verdictLabel(outcome: Outcome, lag: number): string {
  const who = outcome.kind === "accepted" ? ` ${outcome.user}` : "";
  return `${outcome.kind}${who}${lag === 0 ? "" : " (stale)"}`;
}

interface Parts {
  readonly world: ServerWorld;
  readonly frames: ReadonlyMap<string, NamedFrame>;
  readonly names: ReadonlyMap<Frame, string>;
}

/** One step of the machine, compared with what an observer may expect of it. */
function observe(parts: Parts, node: ServerNode, input: Input): Move<ServerNode> {
  const watch = createWatch();
  const { state, ghost } = node;
  const { event, label } = input;
  let next = state;
  let effects: readonly ServerEffect[] = [];
  try {
    [next, effects] = parts.world.transition(state, event);
  } catch (error) {
    watch.demand(false, serverProperties.total, () => String(error));
  }
  const unchanged = (property: string): void => {
    const same =
      effects.length === 0 &&
      (next === state ||
        stateKey(next, ghost, parts.names) === stateKey(state, ghost, parts.names));
    watch.demand(same, property, () => `${label} in ${state.kind}: ${types(effects)}`);
  };
  if (state.kind === "closed") unchanged(serverProperties.closed);
  const stray =
    (event.type === "handled" && (ghost.handling === null || ghost.closeSent)) ||
    (event.type === "verdict" && !isLive(ghost, event.attempt));
  if (stray) unchanged(serverProperties.stale);
  if (event.type === "socketClosed")
    watch.demand(next.kind === "closed", serverProperties.closed, () => `it is ${next.kind}`);

  const idles = stray && next === state && effects.length === 0;
  if (state.kind === "closed" || idles) return { label, to: node, broken: watch.broken };

  const after = follow(parts, ghost, { input, effects, watch });
  if (next.kind !== "closed") {
    rest(parts, after, { label, watch });
    return { label, to: { state: next, ghost: after }, broken: watch.broken };
  }
  watch.demand(after.timers.length === 0, serverProperties.timers, () => after.timers.join());
  const last = effects.every((e) => ["stopTimer", "terminate", "note"].includes(e.type));
  watch.demand(last, serverProperties.closed, () => `${label}: ${types(effects)}`);
  // Whatever went before, this is the end, so all ends are one.
  return { label, to: { state: next, ghost: unborn }, broken: watch.broken };
}

function isLive(ghost: Ghost, attempt: number): boolean {
  return ghost.verifying !== null && ghost.attempt === attempt && !ghost.closeSent;
}

interface Step {
  readonly input: Input;
  readonly effects: readonly ServerEffect[];
  readonly watch: Watch;
}

/** What the observer knows after a step; each effect has to fit what was known before it. */
function follow(parts: Parts, before: Ghost, { input, effects, watch }: Step): Ghost {
  const { demand } = watch;
  const { event, label } = input;
  const { limits, login, dialect } = parts.world.options;
  const p = serverProperties;
  const now = {
    ...before,
    queue: [...before.queue],
    timers: runTimers(
      event.type === "timer" ? before.timers.filter((name) => name !== event.name) : before.timers,
      effects,
    ),
  };
  const owes = (): boolean => now.handling !== null || now.queue.length > 0;
  const consume = (...kinds: readonly FrameKind[]): string => {
    skipPongs();
    const name = now.queue.shift();
    const named = name === undefined ? undefined : parts.frames.get(name);
    const fits = named !== undefined && kinds.includes(named.kind);
    demand(fits, p.order, () => `${label}: ${kinds.join("/")} out of ${String(name)}`);
    return name ?? "?";
  };

  /** The one frame that may be taken without a visible consequence. */
  const skipPongs = (): void => {
    while (parts.frames.get(now.queue[0] ?? "")?.kind === "pong") now.queue.shift();
  };

  const live = event.type === "verdict" && isLive(before, event.attempt) ? event.outcome : null;
  if (live !== null) now.verifying = null;
  let accepted = live?.kind === "accepted" ? live : null;
  if (event.type === "opened" && !before.opened) {
    now.opened = true;
    accepted = login === undefined ? null : { kind: "accepted", ...login };
  }
  const ownDenied = live?.kind === "refused";
  let deniedSeen = false;
  const replied =
    event.type === "handled" && before.handling !== null && !before.closeSent ? event.reply : null;
  const answered = replied === null ? undefined : parts.frames.get(before.handling ?? "");
  let answers = 0;
  if (replied !== null) now.handling = null;
  if (input.frame !== undefined && before.opened && !before.closeSent && before.draining === null)
    now.queue.push(input.frame.name);
  if (event.type === "congested" && !before.closeSent) now.congested = true;
  if (event.type === "drained") now.congested = false;
  if (accepted !== null && before.user === null) {
    now.user = accepted.user;
    now.failures = 0;
  }

  const mayCut =
    event.type === "shutdown" ||
    event.type === "revoked" ||
    event.type === "violation" ||
    (event.type === "timer" && event.name !== "idle") ||
    (live !== null && before.verifying === "renewal") ||
    replied?.kind !== answered?.frame.type;

  for (const effect of effects) {
    const silent = effect.type === "send" || effect.type === "sendBinary";
    if (silent || effect.type === "handle" || effect.type === "verify" || effect.type === "close")
      demand(!now.closeSent, p.close, () => `${label}: ${effect.type} after close`);
    switch (effect.type) {
      case "verify":
        demand(now.verifying === null, p.order, () => `${label}: two verifications at once`);
        demand(effect.attempt > now.attempt, p.stale, () => `${label}: an attempt's number again`);
        consume("login", "response");
        now.verifying = now.user === null ? "login" : "renewal";
        now.attempt = effect.attempt;
        break;
      case "handle":
        demand(now.user !== null, p.login, () => `${label}: handled`);
        demand(now.handling === null, p.order, () => `${label}: two messages in hand`);
        now.handling = consume("message", ...(dialect === "plain" ? (["login"] as const) : []));
        now.lastId = newestId(parts.frames.get(now.handling), before.lastId, watch);
        break;
      case "sendBinary":
        answers += 1;
        demand(now.user !== null, p.login, () => `${label}: binary sent`);
        demand(
          answered?.frame.type === "binary" && replied?.kind === "binary",
          p.order,
          () => `${label}: a binary answer to ${String(before.handling)}`,
        );
        break;
      case "send": {
        const { message } = effect;
        switch (message.type) {
          case "echo":
            answers += 1;
            demand(now.user !== null, p.login, () => `${label}: echoed`);
            demand(
              answered?.frame.type === "text" &&
                replied?.kind === "text" &&
                (dialect === "plain" || message.id === answered.id) &&
                message.text === replied.text,
              p.order,
              () => `${label}: echo ${message.id} for ${String(before.handling)}`,
            );
            break;
          case "error":
            if (message.id !== undefined && message.id === answered?.id) answers += 1;
            break;
          case "ok":
            demand(accepted !== null, p.login, () => `${label}: ok without a verdict`);
            demand(message.user === now.user, p.user, () => `${label}: ok for ${message.user}`);
            now.failures = 0;
            now.expires = message.expiresInMs !== undefined;
            break;
          case "denied":
            if (ownDenied && !deniedSeen) deniedSeen = true;
            else consume("message", "login");
            now.failures += 1;
            demand(
              message.attemptsLeft === Math.max(0, limits.maxAttempts - now.failures),
              p.attempts,
              () => `${label}: ${message.attemptsLeft} left after ${now.failures}`,
            );
            break;
          case "pong":
            consume("ping");
            break;
          case "challenge":
            demand(live?.kind === "challenge", p.login, () => `${label}: a challenge of its own`);
            break;
          case "hello":
          case "ping":
            break;
        }
        break;
      }
      case "startTimer":
        demand(
          effect.name !== "expiry" || accepted !== null,
          p.expiry,
          () => `${label}: extends the login`,
        );
        break;
      case "close": {
        const known = Object.values(closes).some(
          ({ code, reason }) => code === effect.code && reason === effect.reason,
        );
        demand(known, p.close, () => `${label}: ${effect.code} ${effect.reason}`);
        if (now.handling === null) skipPongs();
        if (before.draining !== null && !mayCut)
          demand(
            effect.code === before.draining
              ? !owes()
              : now.handling === null && now.queue.length > 0,
            p.drain,
            () => `${label}: ${effect.code} while answers are owed`,
          );
        if (event.type === "shutdown" && before.draining === null && now.user !== null)
          demand(!owes(), p.drain, () => `${label}: closes while answers are owed`);
        now.closeSent = true;
        now.verifying = null;
        now.handling = null;
        now.queue = [];
        now.congested = false;
        break;
      }
      case "pauseInput":
        demand(!now.paused, p.pause, () => `${label}: paused twice`);
        now.paused = true;
        break;
      case "resumeInput":
        demand(now.paused, p.pause, () => `${label}: resumed twice`);
        now.paused = false;
        break;
      case "stopTimer":
      case "terminate":
      case "note":
        break;
    }
    // A payload is the peer's own, and the authenticator needs what it has to check.
    const carries =
      effect.type === "verify" ||
      effect.type === "handle" ||
      (effect.type === "send" && effect.message.type === "echo");
    demand(carries || !tells(effect), p.secret, () => `${label}: ${effect.type}`);
  }
  if (now.handling === null && now.verifying !== "login") skipPongs();
  if (replied !== null && !now.closeSent)
    demand(answers === 1, p.order, () => `${label}: ${answers} answers to one message`);
  if (event.type === "shutdown" && before.draining === null && !now.closeSent)
    now.draining = closes[event.close].code;
  return now;
}

/** What must be true between two steps, as long as the socket is there. */
function rest(
  { world, frames }: Parts,
  ghost: Ghost,
  { label, watch: { demand } }: { readonly label: string; readonly watch: Watch },
): void {
  const { limits, login } = world.options;
  const p = serverProperties;
  const { timers, queue, user, verifying, handling, closeSent, congested } = ghost;
  const needs = new Set<ServerTimer>();
  if (closeSent) needs.add("close");
  else if (ghost.opened) {
    if (user === null) needs.add("auth");
    else if (ghost.draining === null) needs.add("idle");
    if (user !== null && ghost.expires) needs.add("expiry");
    if (ghost.draining !== null) needs.add("close");
  }
  if (!closeSent && congested) needs.add("slow");
  for (const name of needs)
    demand(timers.includes(name), p.deadline, () => `${label}: no timer ${name}`);
  // Idleness is no fault while the peer may not speak, so its timer may just run out.
  if (ghost.draining !== null && !closeSent) needs.add("idle");
  for (const name of timers) demand(needs.has(name), p.timers, () => `${label}: ${name} runs on`);

  const largest = user === null ? limits.maxLoginBytes : limits.maxMessageBytes;
  const bytes = queue.reduce((sum, name) => sum + sizeOf(frames.get(name)), 0);
  demand(queue.length <= limits.backlogMessages, p.backlog, () => `${queue.length} frames wait`);
  demand(bytes <= limits.backlogBytes + largest, p.backlog, () => `${bytes} bytes wait`);
  demand(ghost.failures < limits.maxAttempts || closeSent, p.attempts, () => `${label}: goes on`);

  const isLiveNow = ghost.opened && !closeSent;
  const mayWait = verifying === "login" || handling !== null;
  demand(!isLiveNow || mayWait || queue.length === 0, p.order, () => `${label}: ${queue.join()}`);
  demand(
    ghost.draining === null || closeSent || handling !== null,
    p.drain,
    () => `${label}: nothing is owed, yet it stays`,
  );
  const paused = isLiveNow && (verifying === "login" || congested || queue.length > 0);
  demand(ghost.paused === paused, p.pause, () => `${label}: paused is ${String(ghost.paused)}`);
  demand(login === undefined || user === null || user === login.user, p.user, () => String(user));
}

function newestId(named: NamedFrame | undefined, lastId: number, { demand }: Watch): number {
  const id = named?.id;
  if (id === undefined) return lastId;
  demand(id > lastId, serverProperties.ids, () => `${id} is handled after ${lastId}`);
  return id;
}

function sizeOf(named: NamedFrame | undefined): number {
  return named === undefined ? 0 : frameBytes(named.frame);
}

function types(effects: readonly ServerEffect[]): string {
  return effects.map(({ type }) => type).join(" ");
}
