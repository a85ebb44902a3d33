import type { Scope } from "../tap/messages.ts";

/** A watch, by the worker where its watcher is, and its number there. */
export interface WatchName {
  readonly worker: number;
  readonly watch: number;
}

/** What a worker says about its watches, for all the others; and what it has for the watches of others. */
export type FeedOut =
  /** A watch begins, or its scope changes. */
  | { readonly type: "watch"; readonly watch: number; readonly scope: Scope }
  | { readonly type: "pause"; readonly watch: number; readonly paused: boolean }
  | { readonly type: "unwatch"; readonly watch: number }
  | { readonly type: "lines"; readonly to: WatchName; readonly bytes: Uint8Array }
  /** The oldest lines of that worker that had not yet, have left for the watcher. */
  | { readonly type: "taken"; readonly from: number; readonly watch: number };

/** The same, as it arrives at another worker. */
export type FeedIn =
  | { readonly type: "watch"; readonly of: WatchName; readonly scope: Scope }
  | { readonly type: "pause"; readonly of: WatchName; readonly paused: boolean }
  | { readonly type: "unwatch"; readonly of: WatchName }
  | {
      readonly type: "lines";
      readonly from: number;
      readonly watch: number;
      readonly bytes: Uint8Array;
    }
  | { readonly type: "taken"; readonly of: WatchName };
