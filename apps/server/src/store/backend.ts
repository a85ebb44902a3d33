import type { Queries } from "./queries.ts";

/** One of the two databases, open and up to date. */
export interface Backend {
  readonly kind: "sqlite" | "postgres";
  /** For people; without secrets. */
  readonly location: string;
  /** Each rejects with StoreUnavailableError where it cannot answer now. */
  readonly queries: Queries;
  /** Calls `wake` soon after every change, and when some may have been missed. Once. */
  watch(wake: () => void): void;
  /** What is under way may end; bounded in time. */
  close(): Promise<void>;
}
