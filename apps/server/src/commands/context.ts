import type { Store } from "../store/store.ts";

/** What a command works with. */
export interface CommandContext {
  readonly store: Store;
  /** The result, on stdout. */
  readonly print: (text: string) => void;
  /** What is said about it, on stderr. */
  readonly say: (text: string) => void;
}

/** What is wrong and what to do; the program ends with status 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
