import { createClientState } from "../../../src/client/index.ts";
import type { Model, Move } from "../../explore.ts";
import { createWatch } from "../broken.ts";
import { actsOf, type Act, type Runner } from "./acts.ts";
import { productKey } from "./key.ts";
import { hangUp, runClient, runServer } from "./run.ts";
import {
  productProperties,
  type Draft,
  type Parts,
  type ProductNode,
  type ProductWorld,
} from "./world.ts";

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
    key: productKey,
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
