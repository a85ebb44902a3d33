import type { AuthMessage, ClientState, ClientTimer } from "../../../src/index.ts";
import { createClientState } from "../../../src/client/index.ts";
import type { Model, Move } from "../../explore.ts";
import { createWatch, timersEnd } from "../broken.ts";
import { canonical } from "../canonical.ts";
import { secrets } from "../samples.ts";
import { observe } from "./observe.ts";
import {
  clientProperties,
  stateKey,
  type ClientNode,
  type ClientWorld,
  type Input,
} from "./world.ts";

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
        denied: false,
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
