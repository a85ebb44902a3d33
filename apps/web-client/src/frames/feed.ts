import { signal, type ReadonlySignal } from "@preact/signals";
import {
  SessionError,
  type ConnectOptions,
  type Credentials,
  type Session,
  type SessionEvent,
  type StopReason,
} from "@wsecho/client";
import { createJsonlReader, type WireRecord } from "@wsecho/wire";
import { createCredentialsDesk } from "../store/credentials-desk.ts";
import { createOnly } from "./only.ts";

/** Whose connections a feed shows: the page's own session, all of its user's, or everybody's. */
export type Whom = "this" | "own" | "all";

export type FeedState =
  | { readonly kind: "off" }
  | { readonly kind: "connecting" }
  /** The server refused what it was given, and waits for better. */
  | { readonly kind: "asking" }
  | { readonly kind: "live" }
  | { readonly kind: "waiting" }
  | FeedStopped;

export interface FeedStopped {
  readonly kind: "stopped";
  readonly reason: StopReason;
  /** Whether it ever was live. */
  readonly shown: boolean;
  readonly closed: { readonly code: number; readonly reason: string } | null;
}

export interface FeedLogin {
  /** Of the feed itself. */
  readonly url: string;
  /** `null` where the browser's certificate is the login. */
  readonly credentials: Credentials | null;
  readonly allowInsecure: boolean;
}

/** The server's view of connections, as it happens. */
export interface Feed {
  readonly state: ReadonlySignal<FeedState>;
  readonly whom: ReadonlySignal<Whom>;
  /** As the server says. */
  readonly paused: ReadonlySignal<boolean>;
  /** Why the server does not show what it was asked for, in its own words. */
  readonly refused: ReadonlySignal<string | null>;
  readonly start: (login: FeedLogin) => void;
  /** Answers a refusal. */
  readonly answer: (credentials: Credentials) => void;
  readonly watch: (whom: Whom) => void;
  readonly pause: (paused: boolean) => void;
  readonly stop: () => void;
  /** What has come of it is shown no more, and may come again. */
  readonly forget: () => void;
  /** The page's own session has another id, as after a reconnect. */
  readonly follow: () => void;
  /** When it was last asked for something, by the host's clock. */
  readonly askedAt: () => number;
}

export interface FeedHost {
  readonly createSession: (url: string, options: ConnectOptions) => Session;
  /** The page's own session, as the server calls it; `undefined` while that is not known. */
  readonly ownSession: () => string | undefined;
  readonly records: (records: readonly WireRecord[]) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Where a server has its feed: `ws://host/inspect` of `ws://host/`. */
export function feedUrl(url: string): string {
  const feed = new URL("inspect", url);
  feed.search = "";
  return feed.href;
}

export function createFeed({ createSession, ownSession, records, now }: FeedHost): Feed {
  const state = signal<FeedState>({ kind: "off" });
  const whom = signal<Whom>("this");
  const paused = signal(false);
  const refused = signal<string | null>(null);
  const desk = createCredentialsDesk();
  let session: Session | null = null;
  let wantsPause = false;
  let shown = false;
  let closed: FeedStopped["closed"] = null;
  const only = createOnly();
  /** The last line that came, over all connections. */
  let last = "";

  let commands = 0;
  let askedAt = 0;

  /** Says all that is wanted, as a new connection knows nothing of it; only the newest call counts. */
  const command = async (): Promise<void> => {
    const number = ++commands;
    askedAt = now();
    const own = session;
    const id = ownSession();
    const watch = whom.value === "this" ? (id === undefined ? "own" : { session: id }) : whom.value;
    const wished = typeof watch === "string" ? undefined : watch.session;
    only.wish(wished);
    try {
      for (const wish of [{ watch }, { pause: wantsPause }]) {
        const reply = await own?.ask(JSON.stringify(wish));
        if (own !== session || number !== commands || reply === undefined) return;
        const said = readReply(reply);
        refused.value = said.error ?? null;
        if (said.error !== undefined) return;
        only.grant(wished);
        paused.value = said.paused ?? paused.value;
      }
    } catch (error) {
      // The connection is gone; what comes next is told by its status.
      if (!(error instanceof SessionError)) throw error;
    }
  };
  /** Each message is whole lines. */
  const take = (lines: string): void => {
    const batch: WireRecord[] = [];
    // What a newer server says beyond this version is passed over.
    const reader = createJsonlReader({
      emit: (record) => {
        if (only.keep(record)) batch.push(record);
      },
      problem: () => undefined,
    });
    // To a new connection a proxy tells everything anew, also what those before it have heard.
    const told = last === "" ? -1 : lines.lastIndexOf(last);
    reader.push(told < 0 ? lines : lines.slice(told + last.length));
    reader.end();
    last = lines.slice(lines.lastIndexOf("\n", lines.length - 2) + 1);
    records(batch);
  };
  const handle = (event: SessionEvent): void => {
    if (event.type === "closed") closed = { code: event.code, reason: event.reason };
    if (event.type !== "status") return;
    const { kind, reason } = event.status;
    if (kind === "ready") {
      if (state.value.kind === "live") return;
      shown = true;
      state.value = { kind: "live" };
      only.begin();
      void command();
    } else if (kind === "stopped") {
      session = null;
      state.value =
        reason === undefined || reason.kind === "left"
          ? { kind: "off" }
          : { kind: "stopped", reason, shown, closed };
    } else if (kind !== "closing") {
      state.value = { kind: kind === "waiting" ? "waiting" : "connecting" };
    }
  };
  const stop = (): void => {
    const old = session;
    session = null;
    desk.forget();
    state.value = { kind: "off" };
    void old?.close();
  };

  return {
    state,
    whom,
    paused,
    refused,
    start: ({ url, credentials, allowInsecure }) => {
      stop();
      shown = false;
      closed = null;
      wantsPause = false;
      paused.value = false;
      refused.value = null;
      if (credentials !== null) desk.handIn(credentials, true);
      state.value = { kind: "connecting" };
      const own = createSession(url, {
        dialect: "v1",
        handshakeLogin: credentials === null,
        reconnect: true,
        allowInsecurePassword: allowInsecure,
        credentials: (request, gone) => {
          if (request.denied !== null && session === own) state.value = { kind: "asking" };
          return desk.provide(request, gone);
        },
        onEvent: (event) => {
          if (session === own) handle(event);
        },
      });
      session = own;
      void read(own, (text) => {
        if (session === own) take(text);
      });
    },
    answer: (credentials) => {
      state.value = { kind: "connecting" };
      desk.handIn(credentials, true);
    },
    watch: (next) => {
      whom.value = next;
      void command();
    },
    pause: (next) => {
      wantsPause = next;
      void command();
    },
    stop,
    forget: () => {
      last = "";
    },
    askedAt: () => askedAt,
    follow: () => {
      if (state.value.kind === "live" && whom.value === "this") void command();
    },
  };
}

/** Hands on the lines that come, message by message, until the session ends. */
async function read(session: Session, take: (lines: string) => void): Promise<void> {
  try {
    for await (const message of session)
      if (message.kind === "binary") take(new TextDecoder().decode(message.data));
  } catch (error) {
    // The status says how the session ended.
    if (!(error instanceof SessionError)) throw error;
  }
}

/** What a reply says: what is wrong with a command, or what holds now. */
function readReply(text: string): { readonly error?: string; readonly paused?: boolean } {
  let reply: { readonly error?: unknown; readonly paused?: unknown };
  try {
    reply = JSON.parse(text) as typeof reply;
  } catch {
    return { error: text };
  }
  const { error, paused } = reply;
  return {
    ...(typeof error === "string" && { error }),
    ...(typeof paused === "boolean" && { paused }),
  };
}
