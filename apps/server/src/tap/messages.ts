import type { Direction } from "@wsecho/wire";
import type { Heads } from "./heads.ts";

/** Which connections a watch is about. `user`: only theirs; `null`: whosever they are. */
export type Scope =
  | { readonly kind: "user"; readonly user: string }
  | { readonly kind: "all" }
  | { readonly kind: "session"; readonly session: string; readonly user: string | null };

/** What a scope is compared with. `user` is `null` before the login. */
export interface Whose {
  readonly session: string;
  readonly user: string | null;
}

/** Whether a connection is watched; `later` where its login decides. */
export function covers(scope: Scope, { session, user }: Whose): "yes" | "no" | "later" {
  if (scope.kind === "all") return "yes";
  if (scope.kind === "session" && scope.session !== session) return "no";
  if (scope.user === null || scope.user === user) return "yes";
  return user === null ? "later" : "no";
}

/** What is said about a connection; times are µs since 1970. */
export type Entry =
  | {
      readonly type: "open";
      readonly conn: number;
      readonly time: number;
      readonly whose: Whose;
      /** `other`: nothing in its messages logs anybody in. */
      readonly dialect: "plain" | "v1" | "other";
      /** What its bytes begin with; anything but `handshake` is in the middle of a session. */
      readonly start: "handshake" | "frames" | "middle";
      /** Of the handshake, where that is over. */
      readonly heads?: Heads;
    }
  /** The next `length` bytes of the tape. */
  | {
      readonly type: "bytes";
      readonly conn: number;
      readonly time: number;
      readonly dir: Direction;
      readonly length: number;
    }
  /** Bytes that there was no room for. */
  | {
      readonly type: "missing";
      readonly conn: number;
      readonly time: number;
      readonly dir: Direction;
      count: number;
    }
  | {
      readonly type: "login";
      readonly conn: number;
      readonly time: number;
      readonly user: string;
    }
  /** `stopped`: it goes on, but nobody looks any more. */
  | {
      readonly type: "end";
      readonly conn: number;
      readonly time: number;
      readonly how: "closed" | "stopped";
    };

/** To the thread. Everything is taken in its order. */
export type Order =
  | { readonly type: "tape"; readonly entries: readonly Entry[]; readonly bytes: ArrayBuffer }
  /** Begins a watch, or changes its scope. */
  | { readonly type: "watch"; readonly watch: number; readonly scope: Scope }
  | { readonly type: "pause"; readonly watch: number; readonly paused: boolean }
  | { readonly type: "unwatch"; readonly watch: number }
  /** So many bytes of lines have left. */
  | { readonly type: "taken"; readonly watch: number; readonly bytes: number }
  | { readonly type: "close" };

/** From the thread. */
export type Report =
  /** It takes orders, and records where it is to. */
  | { readonly type: "ready" }
  /** Nothing is recorded from now on. */
  | { readonly type: "recordFailed"; readonly code: string }
  | { readonly type: "recordResumed"; readonly lost: number }
  /** A tape that is done with, to be used again. */
  | { readonly type: "tape"; readonly bytes: ArrayBuffer }
  | {
      readonly type: "lines";
      readonly watch: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      /** Records that the watch has missed meanwhile. */
      readonly lost: number;
    };
