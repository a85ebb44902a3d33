/**
 * Breadth-first search through everything that a model can do: the shortest way to each broken
 * property is found first, and what is not broken anywhere holds in every state that can be reached.
 */
export interface Model<Node> {
  readonly start: Node;
  /** The same text for nodes that behave alike, and only for those. */
  readonly key: (node: Node) => string;
  /** Everything that can happen next. */
  readonly moves: (node: Node) => Iterable<Move<Node>>;
  /** What is wrong with a node in itself. Called once for each. */
  readonly check?: (node: Node) => readonly Broken[];
}

export interface Move<Node> {
  readonly label: string;
  readonly to: Node;
  /** What the step did wrong. */
  readonly broken: readonly Broken[];
}

export interface Broken {
  readonly property: string;
  readonly detail: string;
}

export interface Violation extends Broken {
  /** The events from the start to the violation. */
  readonly trace: readonly string[];
}

export interface Exploration {
  readonly states: number;
  readonly edges: number;
  readonly ms: number;
  /** The shortest violation of each broken property. */
  readonly violations: ReadonlyMap<string, Violation>;
}

export interface ExploreOptions {
  /** More states throw: a model that is not finite must not look explored. */
  readonly maxStates?: number;
  /** Stop as soon as this property is broken. */
  readonly until?: string;
}

export function explore<Node>(
  model: Model<Node>,
  { maxStates = 60_000, until }: ExploreOptions = {},
): Exploration {
  const began = performance.now();
  const nodes: Node[] = [model.start];
  /** For each node the one it was first reached from, and how. */
  const from: { readonly parent: number; readonly label: string }[] = [{ parent: -1, label: "" }];
  const seen = new Set<string>([model.key(model.start)]);
  const violations = new Map<string, Violation>();
  let edges = 0;

  const traceTo = (index: number): string[] => {
    const trace: string[] = [];
    for (let at = index; at > 0; at = from[at]?.parent ?? 0) trace.push(from[at]?.label ?? "");
    return trace.reverse();
  };
  const note = (broken: readonly Broken[], trace: () => string[]): void => {
    for (const { property, detail } of broken)
      if (!violations.has(property)) violations.set(property, { property, detail, trace: trace() });
  };

  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index] as Node;
    if (model.check !== undefined) note(model.check(node), () => traceTo(index));
    for (const { label, to, broken } of model.moves(node)) {
      edges += 1;
      note(broken, () => [...traceTo(index), label]);
      if (to === node) continue;
      const key = model.key(to);
      if (seen.has(key)) continue;
      seen.add(key);
      nodes.push(to);
      from.push({ parent: index, label });
      if (nodes.length > maxStates) throw new Error(`more than ${maxStates} states`);
    }
    if (until !== undefined && violations.has(until)) break;
  }
  return { states: nodes.length, edges, ms: performance.now() - began, violations };
}

/** A violation as a person reads it. */
export function describeViolation({ property, detail, trace }: Violation): string {
  return `${property}: ${detail}\n  after ${trace.join(" → ")}`;
}
