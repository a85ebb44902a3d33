import type { ClientState, ServerState } from "../../../src/index.ts";
import { toArray, type Queue } from "../../../src/queue.ts";
import { canonical } from "../canonical.ts";
import type { Item, ProductNode } from "./world.ts";

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

export function productKey(node: ProductNode): string {
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
