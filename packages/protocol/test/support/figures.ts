import { describeViolation, explore, type Exploration, type Model } from "../explore.ts";
import { transitionClient } from "../../src/client/index.ts";
import { transitionServer } from "../../src/server/index.ts";
import { clientFaults } from "./client/faults.ts";
import { clientWorlds } from "./client/configs.ts";
import { clientModel } from "./client/model.ts";
import { alike, dialectsModel } from "./server/dialects.ts";
import { productFaults } from "./product/faults.ts";
import { productWorlds } from "./product/configs.ts";
import { productModel } from "./product/model.ts";
import { serverFaults } from "./server/faults.ts";
import { serverWorlds } from "./server/configs.ts";
import { serverModel } from "./server/model.ts";

/** A fault, and the exploration that goes on until its property is broken. */
export interface SeededFault {
  readonly name: string;
  readonly property: string;
  readonly explore: () => Exploration;
}

/** One machine, or several together, in all its worlds. */
export interface Subject {
  readonly name: string;
  readonly explore: () => Exploration;
  readonly faults: readonly SeededFault[];
}

export interface Figures {
  readonly name: string;
  readonly states: number;
  readonly edges: number;
  readonly ms: number;
  readonly faults: number;
  readonly caught: number;
}

export const subjects = {
  server: {
    name: "server",
    explore: () => exploreAll(serverWorlds().map(([, world]) => serverModel(world))),
    faults: serverFaults
      .filter(({ property }) => property !== alike)
      .map(({ seed, world, ...fault }) => ({
        ...fault,
        explore: () =>
          until(fault.property, serverModel(named(serverWorlds(seed(transitionServer)), world))),
      })),
  },
  dialects: {
    name: "both dialects side by side",
    explore: () => explore(dialectsModel(transitionServer)),
    faults: serverFaults
      .filter(({ property }) => property === alike)
      .map(({ seed, ...fault }) => ({
        ...fault,
        explore: () => until(fault.property, dialectsModel(seed(transitionServer))),
      })),
  },
  client: {
    name: "client",
    explore: () => exploreAll(clientWorlds().map(([, world]) => clientModel(world))),
    faults: clientFaults.map(({ seed, world, ...fault }) => ({
      ...fault,
      explore: () =>
        until(fault.property, clientModel(named(clientWorlds(seed(transitionClient)), world))),
    })),
  },
  product: {
    name: "server × client × queues",
    explore: () => exploreAll(productWorlds().map(([, world]) => productModel(world))),
    faults: productFaults.map(({ seed, world, ...fault }) => ({
      ...fault,
      explore: () =>
        until(
          fault.property,
          productModel(
            named(
              productWorlds(seed({ client: transitionClient, server: transitionServer })),
              world,
            ),
          ),
        ),
    })),
  },
} as const satisfies Readonly<Record<string, Subject>>;

/** Explores everything and every fault; for the documents. Takes some seconds. */
export function explorerFigures(): readonly Figures[] {
  return Object.values<Subject>(subjects).map(({ name, explore: run, faults }) => {
    const { states, edges, ms } = run();
    const caught = faults.filter((fault) => fault.explore().violations.has(fault.property)).length;
    return { name, states, edges, ms: Math.round(ms), faults: faults.length, caught };
  });
}

export function describeFigures({
  name,
  states,
  edges,
  ms,
}: Omit<Figures, "faults" | "caught">): string {
  return `explorer: ${name}: ${states} states, ${edges} edges, ${Math.round(ms)} ms`;
}

/** The violation of `property`, for a message; `null` where it holds. */
export function violationOf({ violations }: Exploration, property: string): string | null {
  const violation = violations.get(property);
  return violation === undefined ? null : describeViolation(violation);
}

function until<Node>(property: string, model: Model<Node>): Exploration {
  return explore(model, { until: property });
}

function named<World>(worlds: readonly (readonly [string, World])[], name: string): World {
  const found = worlds.find(([known]) => known === name);
  if (found === undefined) throw new Error(`no world ${name}`);
  return found[1];
}

function exploreAll<Node>(models: readonly Model<Node>[]): Exploration {
  const all = models.map((model) => explore(model));
  const sum = (pick: (one: Exploration) => number): number =>
    all.reduce((total, one) => total + pick(one), 0);
  return {
    states: sum(({ states }) => states),
    edges: sum(({ edges }) => edges),
    ms: sum(({ ms }) => ms),
    violations: new Map(all.flatMap(({ violations }) => [...violations])),
  };
}
