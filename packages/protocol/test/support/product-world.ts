import {
  createClientState,
  createServerState,
  encodeClient,
  encodeServer,
  type AuthMessage,
  type ClientEvent,
  type ClientOptions,
  type ClientState,
  type ClientTimer,
  type DialectName,
  type Frame,
  type Outcome,
  type Payload,
  type Reply,
  type ServerEffect,
  type ServerEvent,
  type ServerOptions,
  type ServerState,
  type ServerTimer,
  type Settlement,
  type Submission,
} from "../../src/index.ts";
import { toArray, type Queue } from "../../src/queue.ts";
import type { Model, Move } from "../explore.ts";
import { createWatch, runTimers, type Watch } from "./broken.ts";
import { canonical } from "./canonical.ts";
import type { ClientTransition } from "./client-world.ts";
import { binary, text } from "./samples.ts";
import type { ServerTransition } from "./server-world.ts";

export const productProperties = {
  ready: "where the client is ready the server is ready or ending",
  settle: "every submit settles exactly once, wherever the connection is cut",
  truth: "echoed means that the server echoed it, unsent that it never left, lost that it did",
  twice: "no submit is handled twice unless it may be sent again",
  order: "submits are handled in the order in which they were made",
  peace: "two honest machines never accuse each other of breaking the protocol",
  progress: "something always remains that can happen, until the client stops",
  total: "neither machine throws",
} as const;

export interface ProductWorld {
  readonly client: ClientOptions;
  readonly server: Omit<ServerOptions, "dialect">;
  readonly credentials: readonly (AuthMessage | null)[];
  readonly outcomes: readonly Outcome[];
  readonly submits: readonly { readonly payload: Payload; readonly resend: boolean }[];
  /** After so many the network is gone for good. */
  readonly connections: number;
  /** What may happen besides: the person leaves, the server stops, a side of the line dies. */
  readonly events: readonly ("stop" | "shut down" | "half open" | "failed")[];
  readonly transitions: {
    readonly client: ClientTransition;
    readonly server: ServerTransition;
  };
}

/** What is on its way. */
type Item =
  | { readonly type: "frame"; readonly frame: Frame }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

interface Submit {
  readonly left: boolean;
  readonly handled: number;
  readonly echoed: boolean;
  readonly settled: boolean;
}

export interface ProductNode {
  readonly client: ClientState;
  /** The other end of the present connection. */
  readonly server: ServerState | null;
  readonly socket: "none" | "opening" | "open";
  /** From the client to the server, oldest first. */
  readonly up: readonly Item[];
  readonly down: readonly Item[];
  readonly clientTimers: readonly ClientTimer[];
  readonly serverTimers: readonly ServerTimer[];
  /** What the shells have not answered yet. */
  readonly asked: number | null;
  readonly challenged: number | null;
  readonly checking: number | null;
  readonly verify: { readonly attempt: number; readonly scram: boolean } | null;
  readonly handle: Submission | null;
  readonly connections: number;
  readonly submits: readonly Submit[];
  readonly done: readonly string[];
}

export function productModel(world: ProductWorld): Model<ProductNode> {
  return {
    start: {
      client: createClientState(world.client),
      server: null,
      socket: "none",
      up: [],
      down: [],
      clientTimers: [],
      serverTimers: [],
      asked: null,
      challenged: null,
      checking: null,
      verify: null,
      handle: null,
      connections: 0,
      submits: [],
      done: [],
    },
    key,
    *moves(node) {
      for (const [label, act] of actsOf(world, node)) yield step(world, node, { label, act });
    },
    check(node) {
      const watch = createWatch();
      const { kind } = node.client;
      const waits =
        node.up.length > 0 ||
        node.down.length > 0 ||
        node.clientTimers.length > 0 ||
        node.serverTimers.length > 0 ||
        node.socket === "opening" ||
        node.asked !== null;
      const isOver = kind === "idle" || kind === "stopped";
      watch.demand(isOver || waits, productProperties.progress, () => `${kind} is stuck`);
      return watch.broken;
    },
  };
}

const keyWriters = {
  options: () => "",
  hello: (hello: unknown) => (hello === null ? "null" : "hello"),
  pending: (pending: unknown) => canonical(toArray(pending as Queue<unknown>), {}),
  frames: (frames: unknown) => canonical(toArray(frames as Queue<unknown>), {}),
};

/** Attempts are written as their distance from the newest: how many there were does not matter. */
const since = (newest: number) => (value: unknown) =>
  value === null ? "null" : String((value as number) - newest);
const attemptOf = (state: ClientState | ServerState | null): number =>
  state !== null && "attempt" in state ? state.attempt : 0;

/** A step changes one side and moves one item: the others are written once. */
const written = new WeakMap<object, string>();
function once<T extends object>(value: T, write: (value: T) => string): string {
  let text = written.get(value);
  if (text === undefined) written.set(value, (text = write(value)));
  return text;
}
const stateText = (state: ClientState | ServerState): string =>
  once(state, () => canonical(state, { ...keyWriters, attempt: since(attemptOf(state)) }));
const itemText = (item: Item): string => once(item, () => canonical(item, {}));

function key(node: ProductNode): string {
  const { client, server, asked, challenged, checking, verify, submits, handle } = node;
  const ofClient = since(client.attempt);
  return [
    stateText(client),
    server === null ? "" : stateText(server),
    node.up.map(itemText).join(),
    node.down.map(itemText).join(),
    ofClient(asked) + ofClient(challenged) + ofClient(checking),
    verify === null ? "" : since(attemptOf(server))(verify.attempt) + String(verify.scram),
    handle === null ? "" : once(handle, () => canonical(handle, {})),
    submits.map((submit) => once(submit, () => canonical(submit, {}))).join(),
    node.socket + String(node.connections) + node.done.join(),
    node.clientTimers.join(),
    node.serverTimers.join(),
  ].join("|");
}

type Draft = { -readonly [K in keyof ProductNode]: ProductNode[K] };
type Act = (draft: Draft, run: Runner) => void;

interface Runner {
  readonly client: (event: ClientEvent) => void;
  readonly server: (event: ServerEvent) => void;
  /** The connection is gone; the client learns of it with this code. */
  readonly cut: (code: number, reason: string) => void;
}

function step(
  world: ProductWorld,
  node: ProductNode,
  { label, act }: { readonly label: string; readonly act: Act },
): Move<ProductNode> {
  const watch = createWatch();
  const draft: Draft = { ...node };
  const parts: Parts = { world, draft, watch, label };
  const run: Runner = {
    client: (event) => runClient(parts, event),
    server: (event) => runServer(parts, event),
    cut: (code, reason) => {
      hangUp(draft);
      runClient(parts, { type: "socketClosed", code, reason });
    },
  };
  act(draft, run);
  const { client, server, submits } = draft;
  const { demand } = watch;
  const p = productProperties;
  const isPaired = server !== null && ["ready", "closing", "closed"].includes(server.kind);
  demand(client.kind !== "ready" || isPaired, p.ready, () => `${label}: ${String(server?.kind)}`);
  const all = client.kind !== "stopped" || submits.every(({ settled }) => settled);
  demand(all, p.settle, () => `${label}: stopped without an outcome`);
  const blames =
    (client.kind === "closing" && client.after !== "retry" && client.after.kind === "protocol") ||
    (client.kind === "stopped" && client.reason.kind === "protocol");
  demand(!blames, p.peace, () => `${label}: ${JSON.stringify(client)}`);
  return { label, to: draft, broken: watch.broken };
}

interface Parts {
  readonly world: ProductWorld;
  readonly draft: Draft;
  readonly watch: Watch;
  readonly label: string;
}

function hangUp(draft: Draft): void {
  draft.socket = "none";
  draft.server = null;
  draft.up = [];
  draft.down = [];
  draft.serverTimers = [];
  draft.verify = null;
  draft.handle = null;
}

function update(draft: Draft, index: number, changes: Partial<Submit>): void {
  draft.submits = draft.submits.map((submit, i) =>
    i === index ? { ...submit, ...changes } : submit,
  );
}

function runClient({ world, draft, watch, label }: Parts, event: ClientEvent): void {
  const p = productProperties;
  const { demand } = watch;
  const before = draft.client;
  let result: ReturnType<ClientTransition>;
  try {
    result = world.transitions.client(before, event);
  } catch (error) {
    demand(false, p.total, () => String(error));
    return;
  }
  const [next, effects] = result;
  draft.client = next;
  if (event.type === "timer")
    draft.clientTimers = draft.clientTimers.filter((name) => name !== event.name);
  draft.clientTimers = runTimers<ClientTimer>(
    draft.clientTimers,
    effects.map((e) => (e.type === "scheduleRetry" ? { type: "startTimer", name: "retry" } : e)),
  );
  const put = (item: Item): void => {
    if (draft.socket === "open") draft.up = [...draft.up, item];
  };
  for (const effect of effects) {
    switch (effect.type) {
      case "openSocket":
        draft.socket = "opening";
        draft.connections += 1;
        break;
      case "send": {
        const said = encodeClient(next.dialect, effect.message);
        if (effect.message.type === "submit") update(draft, effect.message.id - 1, { left: true });
        if (said !== null) put({ type: "frame", frame: text(said) });
        break;
      }
      case "sendBinary":
        update(draft, find(world, { kind: "binary", data: effect.data }), { left: true });
        put({ type: "frame", frame: binary(...effect.data) });
        break;
      case "close":
        put(effect);
        break;
      case "dropSocket":
        hangUp(draft);
        break;
      case "askCredentials":
        draft.asked = effect.attempt;
        break;
      case "answerChallenge":
        draft.challenged = effect.attempt;
        break;
      case "checkServer":
        draft.checking = effect.attempt;
        break;
      case "settle": {
        const submit = draft.submits[effect.id - 1];
        demand(submit?.settled === false, p.settle, () => `${label}: ${effect.id} again`);
        if (submit !== undefined)
          demand(isTrue(submit, effect.outcome), p.truth, () => `${label}: ${effect.outcome.kind}`);
        update(draft, effect.id - 1, { settled: true });
        break;
      }
      case "startTimer":
      case "stopTimer":
      case "scheduleRetry":
      case "receive":
      case "note":
        break;
    }
  }
  // Answers to questions that nobody asks any more are met by the client's own exploration.
  const { kind } = next;
  if (kind !== "authenticating" && kind !== "ready")
    draft.asked = draft.challenged = draft.checking = null;
}

function isTrue({ left, echoed }: Submit, outcome: Settlement): boolean {
  switch (outcome.kind) {
    case "echoed":
      return echoed;
    case "lost":
    case "refused":
      return left;
    case "unsent":
      return !left;
  }
}

function find({ submits }: ProductWorld, payload: Payload): number {
  const wanted = canonical(payload, {});
  return submits.findIndex((submit) => canonical(submit.payload, {}) === wanted);
}

/** What a server may say to an honest client when it closes. */
const fairCloses = [1001, 1011, 1012, 1013, 4401, 4408, 4429];

function runServer({ world, draft, watch, label }: Parts, event: ServerEvent): void {
  const p = productProperties;
  const { demand } = watch;
  if (draft.server === null) return;
  let result: ReturnType<ServerTransition>;
  try {
    result = world.transitions.server(draft.server, event);
  } catch (error) {
    demand(false, p.total, () => String(error));
    return;
  }
  const [next, effects] = result;
  draft.server = next;
  if (event.type === "timer")
    draft.serverTimers = draft.serverTimers.filter((name) => name !== event.name);
  draft.serverTimers = runTimers(draft.serverTimers, effects);
  const put = (item: Item): void => {
    draft.down = [...draft.down, item];
  };
  const echo = (payload: Payload): void => update(draft, find(world, payload), { echoed: true });
  for (const effect of effects satisfies readonly ServerEffect[]) {
    switch (effect.type) {
      case "send": {
        const said = encodeServer(dialectOf(draft.client), effect.message);
        if (effect.message.type === "echo") echo({ kind: "text", text: effect.message.text });
        if (said !== null) put({ type: "frame", frame: text(said) });
        break;
      }
      case "sendBinary":
        echo({ kind: "binary", data: effect.data });
        put({ type: "frame", frame: binary(...effect.data) });
        break;
      case "close":
        demand(fairCloses.includes(effect.code), p.peace, () => `${label}: ${effect.code}`);
        put(effect);
        break;
      case "terminate":
        put({ type: "close", code: 1006, reason: "" });
        break;
      case "verify": {
        const { attempt, step: asked } = effect;
        const scram = asked.kind === "auth" && asked.message.mechanism === "scram-sha-256";
        draft.verify = { attempt, scram };
        break;
      }
      case "handle": {
        const index = find(world, effect.submission);
        const submit = draft.submits[index];
        draft.handle = effect.submission;
        const mayRepeat = world.submits[index]?.resend === true;
        demand(submit?.handled === 0 || mayRepeat, p.twice, () => `${label}: ${index + 1}`);
        const overtaken = draft.submits.some(
          ({ left, handled, settled }, i) => i < index && left && handled === 0 && !settled,
        );
        demand(!overtaken, p.order, () => `${label}: ${index + 1} first`);
        // Twice is enough to know that it was more than once.
        update(draft, index, { handled: Math.min(2, (submit?.handled ?? 0) + 1) });
        break;
      }
      case "startTimer":
      case "stopTimer":
      case "pauseInput":
      case "resumeInput":
      case "note":
        break;
    }
  }
  if (next.kind === "closing" || next.kind === "closed") draft.verify = draft.handle = null;
}

function dialectOf({ dialect }: ClientState): DialectName {
  return dialect;
}

/** Everything that may happen next, each with what it does. */
function* actsOf(world: ProductWorld, node: ProductNode): Iterable<readonly [string, Act]> {
  const { client, socket, server } = node;
  if (client.kind === "idle") yield ["connect", (_, run) => run.client({ type: "connect" })];
  yield* networkActs(world, node);
  yield* clientShellActs(world, node);
  if (server !== null) yield* serverShellActs(world, node);

  const next = world.submits[node.submits.length];
  const id = node.submits.length + 1;
  if (next !== undefined)
    yield [
      `submit ${id}`,
      (draft, run) => {
        draft.submits = [
          ...draft.submits,
          { left: false, handled: 0, echoed: false, settled: false },
        ];
        run.client({ type: "submit", id, ...next });
      },
    ];
  for (const event of world.events) {
    if (event === "failed" || node.done.includes(event)) continue;
    if (event === "stop" ? client.kind === "stopped" : socket !== "open") continue;
    yield [
      event,
      (draft, run) => {
        draft.done = [...draft.done, event];
        if (event === "stop") run.client({ type: "stop" });
        if (event === "shut down") run.server({ type: "shutdown", close: "restarting" });
        if (event === "half open") run.server({ type: "socketClosed", code: 1006 });
      },
    ];
  }
}

function* networkActs(world: ProductWorld, node: ProductNode): Iterable<readonly [string, Act]> {
  const { socket, up, down, connections, client } = node;
  if (socket === "opening") {
    yield ["unreachable", (_, run) => run.cut(1006, "")];
    if (connections <= world.connections)
      yield [
        "opens",
        (draft, run) => {
          const { dialect } = client;
          draft.socket = "open";
          draft.server = createServerState({ ...world.server, dialect });
          run.server({ type: "opened" });
          run.client({ type: "socketOpened", protocol: dialect === "v1" ? "wsecho.v1" : "" });
        },
      ];
  }
  if (socket === "open") yield ["cut", (_, run) => run.cut(1006, "")];
  const [rising, ...upRest] = up;
  if (rising !== undefined)
    yield [
      `the server gets ${nameOf(rising)}`,
      (draft, run) => {
        draft.up = upRest;
        const isGone = draft.server === null || draft.server.kind === "closed";
        if (isGone) return;
        if (rising.type === "frame") {
          run.server(rising);
          return;
        }
        run.server({ type: "socketClosed", code: rising.code });
        if (!draft.down.some(({ type }) => type === "close"))
          draft.down = [...draft.down, { type: "close", code: rising.code, reason: "" }];
      },
    ];
  const [falling, ...downRest] = down;
  if (falling !== undefined)
    yield [
      `the client gets ${nameOf(falling)}`,
      (draft, run) => {
        draft.down = downRest;
        if (falling.type === "frame") run.client(falling);
        else run.cut(falling.code, falling.reason);
      },
    ];
}

function nameOf(item: Item): string {
  if (item.type === "close") return `close ${item.code}`;
  return item.frame.type === "text" ? item.frame.text.slice(0, 40) : "binary";
}

function* clientShellActs(
  world: ProductWorld,
  node: ProductNode,
): Iterable<readonly [string, Act]> {
  const { asked, challenged, checking, clientTimers } = node;
  if (asked !== null)
    for (const message of world.credentials)
      yield [
        message?.mechanism ?? "no credentials",
        (draft, run) => {
          draft.asked = null;
          run.client({ type: "credentials", attempt: asked, message });
        },
      ];
  if (challenged !== null)
    for (const data of ["response", null])
      yield [
        data ?? "no response",
        (draft, run) => {
          draft.challenged = null;
          run.client({ type: "answered", attempt: challenged, data });
        },
      ];
  if (checking !== null)
    for (const genuine of [true, false])
      yield [
        genuine ? "genuine" : "not genuine",
        (draft, run) => {
          draft.checking = null;
          run.client({ type: "checked", attempt: checking, genuine });
        },
      ];
  // A probe's interval is far longer than a round trip, so the line is silent when it is sent.
  const isSilent = node.up.length === 0 && node.down.length === 0;
  for (const name of clientTimers.filter((timer) => isSilent || timer !== "ping"))
    yield [`client's timer ${name}`, (_, run) => run.client({ type: "timer", name })];
}

function* serverShellActs(
  world: ProductWorld,
  node: ProductNode,
): Iterable<readonly [string, Act]> {
  const { verify, handle, serverTimers } = node;
  if (verify !== null)
    for (const outcome of world.outcomes) {
      // SCRAM's first step can only be challenged or refused.
      if (
        outcome.kind === "challenge" ? !verify.scram : verify.scram && outcome.kind === "accepted"
      )
        continue;
      yield [
        outcome.kind,
        (draft, run) => {
          draft.verify = null;
          run.server({ type: "verdict", attempt: verify.attempt, outcome });
        },
      ];
    }
  if (handle !== null) {
    const replies: readonly Reply[] = world.events.includes("failed")
      ? [handle, { kind: "failed" }]
      : [handle];
    for (const reply of replies)
      yield [
        `handled ${reply.kind}`,
        (draft, run) => {
          draft.handle = null;
          run.server({ type: "handled", reply });
        },
      ];
  }
  for (const name of serverTimers)
    yield [`server's timer ${name}`, (_, run) => run.server({ type: "timer", name })];
}
