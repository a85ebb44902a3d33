import type { Listening, Readiness } from "../options.ts";
import type { MetricSnapshot } from "../metrics.ts";
import type { SettingName } from "../settings/table.ts";
import type { TlsMaterial } from "../tls/material.ts";
import type { User } from "../users.ts";
import type { FeedIn, FeedOut } from "./feed-messages.ts";

/** The first argument of a worker, by which the program knows that it is one. */
export const workerArgument = "worker-of-wsecho-server";

/** What a worker goes by. The primary alone reads flags, environment and files, so that all agree. */
export interface Orders {
  /** Texts of all settings that have one. */
  readonly texts: ReadonlyMap<SettingName, string>;
  readonly tls: TlsMaterial | null;
}

/** Users in memory, the same in each worker. */
export interface SharedUsers {
  readonly users: readonly User[];
  readonly iterations: number;
  readonly unknownUserSecret: Uint8Array;
}

export interface StartOrders extends Orders {
  /** From 1. */
  readonly number: number;
  /** The first of its connections; the next one's number is `workers` more. */
  readonly firstConn: number;
  readonly workers: number;
  /** 0 where the system is to choose; all workers get the same. */
  readonly port: number;
  /** `null`: they are in the store, or there are none. */
  readonly users: SharedUsers | null;
  readonly hasStore: boolean;
}

export type Question =
  | { readonly about: "readiness" }
  | { readonly about: "metrics" }
  /** Go by these from now on. */
  | { readonly about: "orders"; readonly orders: Orders };

export interface Answers {
  readonly readiness: Readiness;
  readonly metrics: MetricSnapshot;
  /** What stood in the way; `null`: nothing. */
  readonly orders: string | null;
}

export type ToWorker =
  | { readonly type: "start"; readonly orders: StartOrders }
  | { readonly type: "ask"; readonly id: number; readonly question: Question }
  | { readonly type: "feed"; readonly feed: FeedIn }
  | { readonly type: "stop"; readonly restarting: boolean };

export type FromWorker =
  /** It listens to the primary now. */
  | { readonly type: "hello" }
  | { readonly type: "ready"; readonly listening: Listening }
  /** It could not start, and waits for its end. */
  | { readonly type: "failed"; readonly problem: string }
  | { readonly type: "feed"; readonly feed: FeedOut }
  | { readonly type: "answer"; readonly id: number; readonly answer: Answers[keyof Answers] };
