import type { ClientEffect, ClientState } from "../../../src/index.ts";
import type { Watch } from "../broken.ts";
import type { ClientWorld, Ghost, Input, ServerFrame, Submit } from "./world.ts";

export type Draft = { -readonly [K in keyof Ghost]: Ghost[K] };
export type Of<Type extends ClientEffect["type"]> = Extract<ClientEffect, { readonly type: Type }>;

export interface Step {
  readonly input: Input;
  readonly effects: readonly ClientEffect[];
  readonly state: ClientState;
  readonly next: ClientState;
  readonly watch: Watch;
}

/** What is known of one step before its effects are looked at. */
export interface Scene extends Step {
  readonly world: ClientWorld;
  readonly before: Ghost;
  readonly now: Draft;
  readonly frame: ServerFrame | undefined;
  /** Whether this event decides the login in our favour, as far as an observer can tell. */
  readonly proves: boolean;
  /** Whether the client becomes ready. */
  readonly enters: boolean;
}

export function update(now: Draft, id: number, changes: Partial<Submit>): void {
  now.submits = now.submits.map((submit, i) => (i === id - 1 ? { ...submit, ...changes } : submit));
}
