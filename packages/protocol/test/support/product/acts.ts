import type { ClientEvent, Reply, ServerEvent } from "../../../src/index.ts";
import { createServerState } from "../../../src/server/index.ts";
import type { Draft, Item, ProductNode, ProductWorld } from "./world.ts";

export type Act = (draft: Draft, run: Runner) => void;

export interface Runner {
  readonly client: (event: ClientEvent) => void;
  readonly server: (event: ServerEvent) => void;
  /** The connection is gone; the client learns of it with this code. */
  readonly cut: (code: number, reason: string) => void;
}

/** Everything that may happen next, each with what it does. */
export function* actsOf(world: ProductWorld, node: ProductNode): Iterable<readonly [string, Act]> {
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
