import { frameBytes, type Outcome, type Reply } from "../../../src/index.ts";
import type { Watch } from "../broken.ts";
import type { Ghost, Input, NamedFrame, Parts } from "./world.ts";

export type Draft = { -readonly [K in keyof Ghost]: Ghost[K] };

/** What is known of one step before its effects are looked at. */
export interface Scene {
  readonly parts: Parts;
  readonly input: Input;
  readonly watch: Watch;
  readonly before: Ghost;
  readonly now: Draft;
  /** The verdict that was waited for. */
  readonly live: Outcome | null;
  /** The login that this step proves. */
  readonly accepted: { readonly user: string } | null;
  /** The reply that was waited for, and the frame that it answers. */
  readonly replied: Reply | null;
  readonly answered: NamedFrame | undefined;
  readonly seen: { answers: number; denied: number; told: number | null; said: string[] };
}

/** A pong is the one frame that may be taken without a visible consequence. */
export function skipPongs({ parts, now }: Scene): void {
  if (now.handling !== null || now.verifying === "login") return;
  while (parts.frames.get(now.queue[0] ?? "")?.kind === "pong") now.queue = now.queue.slice(1);
}

/** The frame that is looked at next. */
export function nextFrame({ parts, now }: Scene): NamedFrame | undefined {
  return now.handling === null ? parts.frames.get(now.queue[0] ?? "") : undefined;
}

export function bytesOf({ frames }: Parts, name: string): number {
  const named = frames.get(name);
  return named === undefined ? 0 : frameBytes(named.frame);
}
