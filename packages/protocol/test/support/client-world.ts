import {
  createClientState,
  type AuthMessage,
  type ClientEffect,
  type ClientEvent,
  type ClientOptions,
  type ClientState,
  type ClientTimer,
  type DialectName,
  type Frame,
  type Payload,
  type Transition,
} from "../../src/index.ts";
import { toArray, type Queue } from "../../src/queue.ts";
import type { Model, Move } from "../explore.ts";
import { createWatch, runTimers, tells, timersEnd, type Watch } from "./broken.ts";
import { canonical } from "./canonical.ts";
import { secrets } from "./samples.ts";

export type ClientTransition = Transition<ClientState, ClientEvent, ClientEffect>;

export const clientProperties = {
  close: "at most one close for a socket, and nothing sent after it or without one",
  socket: "one socket at a time, and none is left when the client stops",
  stopped: "nothing happens after stopped, but that a new submit is unsent",
  settle: "every submit settles exactly once",
  truth: "every outcome is the truth",
  kept: "a cut keeps what may be sent again, and loses what may not",
  order: "submits leave in order, once, and again only where that was asked for",
  proof: "no ok is believed without the credentials and the proof that belong to it",
  credentials: "credentials leave only when asked for, and once for each question",
  stale: "stale answers and used ids change nothing",
  deadline: "every waiting state has its deadline",
  timers: "no timer runs that its state does not need, and none in stopped",
  retries: "a client without reconnect stays away, any other gives up some time",
  refusal: "fixed credentials are not offered again once they were refused",
  downgrade: "nothing is said in another dialect than the one that was agreed",
  total: "every event is answered in every state",
  secret: "no secret stands in a note, an outcome or a reason",
  end: "timers alone end every state",
} as const;

type FrameKind = "ok" | "denied" | "pong" | "echo" | "error" | "other";

/** What a server may say, an honest one or not. */
export interface ServerFrame {
  readonly name: string;
  /** What it is in its dialect; in the other one it is just some text. */
  readonly kind: FrameKind;
  readonly dialect: DialectName;
  readonly frame: Frame;
  /** Of an echo or an error. */
  readonly id?: number;
  /** Of an echo. */
  readonly payload?: Payload;
}

export interface ClientWorld {
  readonly options: ClientOptions;
  readonly frames: readonly ServerFrame[];
  readonly credentials: readonly (AuthMessage | null)[];
  /** The first submit, the second, … */
  readonly submits: readonly { readonly payload: Payload; readonly resend: boolean }[];
  /** Close codes and reasons of the server and the network. */
  readonly closes: readonly (readonly [code: number, reason: string])[];
  /** A shell that has one pair of credentials and nobody to ask. */
  readonly fixed: boolean;
  readonly transition: ClientTransition;
}

interface Submit {
  readonly left: boolean;
  /** Sent on the present connection. */
  readonly sent: boolean;
  readonly settled: boolean;
}

interface Ghost {
  readonly socket: "none" | "opening" | "open" | "closing";
  /** What the socket's subprotocol says. */
  readonly agreed: DialectName | null;
  readonly timers: readonly ClientTimer[];
  /** The newest question about a login. */
  readonly attempt: number;
  readonly asked: boolean;
  readonly challenged: boolean;
  readonly checking: boolean;
  /** The credentials that await the server's word. */
  readonly offered: "scram" | "other" | null;
  readonly submits: readonly Submit[];
  /** Sockets since the server last answered something. */
  readonly openings: number;
  /** Whether the fixed credentials were refused. */
  readonly refused: boolean;
}

export interface ClientNode {
  readonly state: ClientState;
  readonly ghost: Ghost;
}

interface Input {
  readonly label: string;
  readonly event: ClientEvent;
  readonly frame?: ServerFrame;
}

export function clientModel(world: ClientWorld): Model<ClientNode> {
  const step = (node: ClientNode, input: Input): Move<ClientNode> => observe(world, node, input);
  return {
    start: {
      state: createClientState(world.options),
      ghost: {
        socket: "none",
        agreed: null,
        timers: [],
        attempt: 0,
        asked: false,
        challenged: false,
        checking: false,
        offered: null,
        submits: [],
        openings: 0,
        refused: false,
      },
    },
    key: ({ state, ghost }) => stateKey(state, ghost) + canonical(ghost, { attempt: () => "" }),
    *moves(node) {
      for (const input of inputsOf(world, node)) yield step(node, input);
    },
    check(node) {
      const watch = createWatch();
      const ends = timersEnd(
        node,
        {
          timers: (at) => [...at.ghost.timers, ...peerDeadlines(world, at)],
          fire: (at, name) => step(at, deadlineInput(name)).to,
          ended: ({ state }) => state.kind === "stopped" || state.kind === "idle",
        },
        16,
      );
      watch.demand(ends, clientProperties.end, () => `${node.state.kind} stays`);
      return watch.broken;
    },
  };
}

/**
 * Two states wait for somebody else: `asking` for a person, who may think as long as they like,
 * and `ready` where silence is not probed. There the server's deadlines end the session.
 */
function peerDeadlines({ options }: ClientWorld, { state, ghost }: ClientNode): readonly string[] {
  const isAsking = state.kind === "authenticating" && ghost.asked;
  const isUnprobed =
    state.kind === "ready" && (state.dialect === "plain" || options.limits.pingIntervalMs === 0);
  return isAsking || isUnprobed ? ["of the server"] : [];
}

function deadlineInput(name: string): Input {
  return name === "of the server"
    ? closedInput(4408, "idle for too long")
    : timerInput(name as ClientTimer);
}

export function clientKey({ state, ghost }: ClientNode): string {
  return stateKey(state, ghost);
}

function stateKey(state: ClientState, ghost: Ghost): string {
  return canonical(state, {
    options: () => "",
    hello: (hello) => (hello === null ? "null" : "hello"),
    // Only whether an answer names the newest question matters, never how many there were.
    attempt: (attempt) => String((attempt as number) - ghost.attempt),
    pending: (pending) => canonical(toArray(pending as Queue<unknown>), {}),
  });
}

const timerInput = (name: ClientTimer): Input => ({
  label: `timer ${name}`,
  event: { type: "timer", name },
});
const closedInput = (code: number, reason: string): Input => ({
  label: `closed ${code}`,
  event: { type: "socketClosed", code, reason },
});

function* inputsOf(world: ClientWorld, { ghost, state }: ClientNode): Iterable<Input> {
  yield { label: "connect", event: { type: "connect" } };
  yield { label: "stop", event: { type: "stop", code: 4000, reason: "user exit" } };
  if (ghost.socket === "opening") {
    for (const protocol of ["wsecho.v1", ""])
      yield { label: `opened "${protocol}"`, event: { type: "socketOpened", protocol } };
  }
  if (ghost.socket === "open" || ghost.socket === "closing") {
    for (const named of world.frames)
      yield { label: named.name, event: { type: "frame", frame: named.frame }, frame: named };
  }
  if (ghost.socket !== "none")
    for (const [code, reason] of world.closes) yield closedInput(code, reason);
  for (const name of ghost.timers) yield timerInput(name);

  const next = world.submits[ghost.submits.length];
  const id = ghost.submits.length + 1;
  if (next !== undefined) yield { label: `submit ${id}`, event: { type: "submit", id, ...next } };
  if (id > 1) {
    const again = { payload: { kind: "text", text: "again" }, resend: false } as const;
    yield { label: "used id", event: { type: "submit", id: id - 1, ...again } };
  }

  for (const lag of [0, 1, -1]) {
    const attempt = ghost.attempt - lag;
    const late = lag === 0 ? "" : " (stale)";
    // Of stale answers one of each kind is enough: none may do anything.
    const few = <T>(all: readonly T[]): readonly T[] => (lag === 0 ? all : all.slice(0, 1));
    for (const message of few(answersOf(world, state)))
      yield {
        label: `${message === null ? "no credentials" : message.mechanism}${late}`,
        event: { type: "credentials", attempt, message },
      };
    for (const data of few([secrets.proof, null]))
      yield {
        label: `${data === null ? "no answer" : "answer"}${late}`,
        event: { type: "answered", attempt, data },
      };
    for (const genuine of few([true, false]))
      yield {
        label: `${genuine ? "genuine" : "not genuine"}${late}`,
        event: { type: "checked", attempt, genuine },
      };
  }
}

function answersOf(world: ClientWorld, state: ClientState): readonly (AuthMessage | null)[] {
  if (!world.fixed) return world.credentials;
  const isAgain = state.kind === "authenticating" && state.denied !== null;
  return isAgain ? [null] : world.credentials;
}

/** One step of the machine, compared with what an observer may expect of it. */
function observe(world: ClientWorld, node: ClientNode, input: Input): Move<ClientNode> {
  const watch = createWatch();
  const { state, ghost } = node;
  const { event, label } = input;
  let next = state;
  let effects: readonly ClientEffect[] = [];
  try {
    [next, effects] = world.transition(state, event);
  } catch (error) {
    watch.demand(false, clientProperties.total, () => String(error));
  }
  const stray = isStray(event, ghost, state);
  if (stray) {
    const same =
      effects.length === 0 &&
      (next === state || clientKey({ state: next, ghost }) === clientKey(node));
    watch.demand(
      same,
      clientProperties.stale,
      () => `${label} in ${state.kind}: ${types(effects)}`,
    );
    if (next === state && effects.length === 0) return { label, to: node, broken: watch.broken };
  }
  if (state.kind === "stopped") {
    const settles = event.type === "submit" && effects.every(({ type }) => type === "settle");
    const silent = next.kind === "stopped" && (settles || effects.length === 0);
    watch.demand(silent, clientProperties.stopped, () => `${label}: ${types(effects)}`);
  }
  const after = follow(world, ghost, { input, effects, state, next, watch });
  rest(world, { state: next, ghost: after }, { label, watch });
  return { label, to: { state: next, ghost: after }, broken: watch.broken };
}

function isStray(event: ClientEvent, ghost: Ghost, { kind }: ClientState): boolean {
  const isOver = kind !== "authenticating" && kind !== "ready";
  switch (event.type) {
    case "credentials":
      return isOver || !ghost.asked || event.attempt !== ghost.attempt;
    case "answered":
      return isOver || !ghost.challenged || event.attempt !== ghost.attempt;
    case "checked":
      return isOver || !ghost.checking || event.attempt !== ghost.attempt;
    case "submit":
      return event.id <= ghost.submits.length;
    case "connect":
    case "socketOpened":
    case "frame":
    case "timer":
    case "socketClosed":
    case "stop":
      return false;
  }
}

interface Step {
  readonly input: Input;
  readonly effects: readonly ClientEffect[];
  readonly state: ClientState;
  readonly next: ClientState;
  readonly watch: Watch;
}

/** What the observer knows after a step; each effect has to fit what was known before it. */
function follow(world: ClientWorld, before: Ghost, step: Step): Ghost {
  const { effects, state, next } = step;
  const { event, label } = step.input;
  const { demand } = step.watch;
  const p = clientProperties;
  const now = {
    ...before,
    submits: before.submits.map((submit) => ({ ...submit })),
    timers: runTimers<ClientTimer>(
      event.type === "timer" ? before.timers.filter((name) => name !== event.name) : before.timers,
      effects.map((e) => (e.type === "scheduleRetry" ? { type: "startTimer", name: "retry" } : e)),
    ),
  };
  const hangUp = (): void => {
    now.socket = "none";
    now.agreed = null;
    now.asked = false;
    now.challenged = false;
    now.checking = false;
    now.offered = null;
    for (const submit of now.submits) submit.sent = false;
  };
  const frame = heard(step.input.frame, before.agreed);
  const credentials = event.type === "credentials" ? event.message : null;
  /** Whether this event settles the question of the login, as far as an observer can tell. */
  const proves =
    event.type === "checked"
      ? event.genuine && before.checking
      : frame?.kind === "ok" && (before.offered === "other" || isHandshake(world, before));

  if (event.type === "submit") now.submits.push({ left: false, sent: false, settled: false });
  if (event.type === "socketOpened" && before.socket === "opening") {
    now.socket = "open";
    now.agreed = event.protocol === "wsecho.v1" ? "v1" : "plain";
  }
  if (event.type === "socketClosed") hangUp();
  if (event.type === "credentials") now.asked = false;
  if (event.type === "answered") now.challenged = false;
  if (event.type === "checked") now.checking = false;
  if (frame?.kind === "pong" && state.kind === "ready") now.openings = 0;
  if (frame?.kind === "denied" && state.kind === "authenticating" && before.offered !== null)
    now.refused = world.fixed;

  const say = (what: string): void => {
    demand(now.socket === "open", p.close, () => `${label}: ${what} with ${now.socket} socket`);
    demand(next.dialect === now.agreed, p.downgrade, () => `${label}: ${what}`);
  };
  const leave = (id: number, what: string): void => {
    say(what);
    const submit = now.submits[id - 1];
    const mayLeave =
      submit !== undefined &&
      !submit.settled &&
      !submit.sent &&
      (!submit.left || world.submits[id - 1]?.resend === true);
    demand(mayLeave, p.order, () => `${label}: ${what} again`);
    const overtakes = now.submits.some((other, i) => i + 1 < id && !other.settled && !other.sent);
    demand(!overtakes, p.order, () => `${label}: ${what} overtakes`);
    const isFirst = now.submits.every((other, i) => i < id || !other.sent);
    demand(isFirst, p.order, () => `${label}: ${what} too late`);
    demand(next.kind === "ready", p.proof, () => `${label}: ${what} in ${next.kind}`);
    if (submit !== undefined) submit.left = submit.sent = true;
  };

  const enters = next.kind === "ready" && state.kind !== "ready";
  const byHandshake = event.type === "socketOpened" && isHandshake(world, now);
  demand(!enters || proves || byHandshake, p.proof, () => `${label}: ready after ${state.kind}`);
  demand(!enters || next.dialect === now.agreed, p.downgrade, () => `${label}: ready`);

  for (const effect of effects) {
    switch (effect.type) {
      case "openSocket":
        demand(now.socket === "none", p.socket, () => `${label}: a second socket`);
        hangUp();
        now.socket = "opening";
        now.openings += 1;
        demand(!now.refused, p.refusal, () => `${label}: comes back`);
        break;
      case "close":
        demand(now.socket === "open", p.close, () => `${label}: closes a ${now.socket} socket`);
        now.socket = "closing";
        now.asked = now.challenged = now.checking = false;
        break;
      case "dropSocket":
        demand(now.socket !== "none", p.socket, () => `${label}: drops nothing`);
        hangUp();
        break;
      case "send":
        if (effect.message.type === "submit") {
          leave(effect.message.id, `submit ${effect.message.id}`);
          break;
        }
        say(effect.message.type);
        if (effect.message.type === "auth") {
          const answers = before.asked && event.type === "credentials" && !now.asked;
          demand(answers && credentials === effect.message, p.credentials, () => label);
          demand(now.offered === null, p.credentials, () => `${label}: twice`);
          demand(!now.refused, p.refusal, () => `${label}: offers them again`);
          now.offered = effect.message.mechanism === "scram-sha-256" ? "scram" : "other";
        }
        if (effect.message.type === "response") {
          const answers = before.challenged && event.type === "answered" && !now.challenged;
          demand(answers, p.credentials, () => `${label}: a response of its own`);
          now.challenged = false;
        }
        break;
      case "sendBinary": {
        const id = world.submits.findIndex(
          ({ payload }, i) =>
            payload.kind === "binary" && payload.data === effect.data && i < now.submits.length,
        );
        leave(id + 1, "binary");
        break;
      }
      case "askCredentials":
        demand(effect.attempt > now.attempt, p.stale, () => `${label}: a question's number again`);
        now.attempt = effect.attempt;
        now.asked = true;
        now.challenged = now.checking = false;
        if (effect.denied !== null) now.offered = null;
        break;
      case "answerChallenge":
        demand(now.offered === "scram", p.proof, () => `${label}: answers a challenge`);
        now.challenged = true;
        break;
      case "checkServer":
        demand(frame?.kind === "ok" && now.offered === "scram", p.proof, () => label);
        now.checking = true;
        break;
      case "startTimer": {
        const believes = enters || proves;
        demand(effect.name !== "renew" || believes, p.proof, () => `${label}: login extended`);
        break;
      }
      case "settle":
        settle(world, now.submits, { ...step, effect, before });
        if (effect.outcome.kind === "echoed") now.openings = 0;
        if (effect.outcome.kind === "refused" && frame !== undefined) now.openings = 0;
        break;
      case "receive":
        if (state.kind === "ready") now.openings = 0;
        break;
      case "stopTimer":
      case "scheduleRetry":
      case "note":
        break;
    }
    const carries = effect.type === "send" && ["auth", "response"].includes(effect.message.type);
    const theirs = effect.type === "receive" || effect.type === "settle";
    demand(carries || theirs || !tells(effect), p.secret, () => `${label}: ${effect.type}`);
  }
  if (proves) now.offered = null;
  // A renewal that was refused, or has nothing to offer, is over.
  if (next.kind === "ready" && next.renewal === null) now.offered = null;
  if (next.kind === "stopped") demand(!tells(reasonOf(next)), p.secret, () => label);
  return now;
}

function heard(
  frame: ServerFrame | undefined,
  agreed: DialectName | null,
): ServerFrame | undefined {
  return frame === undefined || frame.frame.type === "binary" || frame.dialect === agreed
    ? frame
    : { name: frame.name, kind: "other", dialect: frame.dialect, frame: frame.frame };
}

function reasonOf(state: ClientState): { readonly type: string } {
  return { type: "reason", ...(state.kind === "stopped" ? { reason: state.reason } : {}) };
}

function isHandshake({ options }: ClientWorld, { socket }: { readonly socket: string }): boolean {
  return options.handshakeLogin === true && socket === "open";
}

type Settle = Extract<ClientEffect, { readonly type: "settle" }>;

function settle(
  world: ClientWorld,
  submits: { left: boolean; sent: boolean; settled: boolean }[],
  { effect, before, next, input, watch: { demand } }: Step & { effect: Settle; before: Ghost },
): void {
  const p = clientProperties;
  const { id, outcome } = effect;
  const { label, event } = input;
  const frame = heard(input.frame, before.agreed);
  const submit = submits[id - 1];
  demand(submit?.settled === false, p.settle, () => `${label}: ${id} is ${outcome.kind}, again`);
  if (submit === undefined) return;
  submit.settled = true;
  const was = before.submits[id - 1];
  const isTrue = (): boolean => {
    switch (outcome.kind) {
      case "echoed": {
        const asked = world.submits[id - 1]?.payload.kind;
        const isNamed = frame?.id === undefined || frame.id === id;
        const said = canonical(frame?.payload, {}) === canonical(outcome.payload, {});
        return was?.sent === true && isNamed && said && asked === outcome.payload.kind;
      }
      case "lost":
        return submit.left;
      case "unsent":
        return !submit.left;
      case "refused":
        return frame?.kind === "error"
          ? frame.id === id && was?.sent === true
          : event.type === "submit";
    }
  };
  demand(isTrue(), p.truth, () => `${label}: ${id} is ${outcome.kind}`);
  const isCut = outcome.kind === "lost" || outcome.kind === "unsent";
  const mayKeep =
    isCut && next.kind === "waiting" && (world.submits[id - 1]?.resend === true || !submit.left);
  demand(!mayKeep, p.kept, () => `${label}: ${id} is ${outcome.kind}`);
}

/** What must be true between two steps. */
function rest(
  world: ClientWorld,
  { state, ghost }: ClientNode,
  { label, watch: { demand } }: { readonly label: string; readonly watch: Watch },
): void {
  const { options } = world;
  const p = clientProperties;
  const { timers, submits, socket } = ghost;
  const has = (name: ClientTimer): boolean => timers.includes(name);
  const only = (...names: readonly ClientTimer[]): void =>
    demand(
      timers.every((name) => names.includes(name)),
      p.timers,
      () => `${label}: ${timers.join()} in ${state.kind}`,
    );
  const owe = (holds: boolean): void =>
    demand(holds, p.deadline, () => `${label}: ${timers.join()} in ${state.kind}`);

  switch (state.kind) {
    case "idle":
    case "stopped":
      only();
      demand(socket === "none", p.socket, () => `${label}: ${socket} in ${state.kind}`);
      break;
    case "connecting":
      owe(has("connect"));
      only("connect");
      break;
    case "greeting":
      owe(has("login"));
      only("login");
      break;
    case "authenticating":
      owe(ghost.asked || has("login"));
      if (ghost.asked) only();
      else only("login");
      break;
    case "ready":
      owe(
        state.dialect === "plain" ||
          options.limits.pingIntervalMs === 0 ||
          has("ping") ||
          has("pong"),
      );
      only("renew", "ping", "pong");
      break;
    case "closing":
      owe(has("close"));
      only("close");
      break;
    case "waiting":
      owe(has("retry"));
      only("retry");
      demand(socket === "none", p.socket, () => `${label}: ${socket} in ${state.kind}`);
      break;
  }
  const all = state.kind !== "stopped" || submits.every(({ settled }) => settled);
  demand(all, p.settle, () => `${label}: stopped without an outcome`);
  const kept = submits.every(
    ({ left, settled }, i) => !left || settled || world.submits[i]?.resend === true,
  );
  demand(state.kind !== "waiting" || kept, p.kept, () => `${label}: keeps what is lost`);
  const most = options.dialects.length + (options.reconnect ? options.limits.maxRetries : 0);
  demand(ghost.openings <= most, p.retries, () => `${label}: socket ${ghost.openings}`);
}

function types(effects: readonly ClientEffect[]): string {
  return effects.map(({ type }) => type).join(" ");
}
