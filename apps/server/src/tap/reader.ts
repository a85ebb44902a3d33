import {
  createDecoder,
  createRedactor,
  type Decoder,
  type NoteRecord,
  type Redactor,
  type WireRecord,
} from "@wsecho/wire";
import { toLine } from "./line.ts";
import { covers, type Entry, type Order, type Scope, type Whose } from "./messages.ts";
import { createOutlet, type Outlet } from "./outlet.ts";
import type { Recorder } from "./recorder.ts";
import { toShownHeads, type ShownHeads } from "./shown-heads.ts";

/** Lines that wait for a login to say whose they are: of one connection, and of all. */
const maxHeld = 256 * 1024;
const maxHeldOfAll = 16 * 1024 * 1024;

type Lines = Uint8Array<ArrayBuffer>;

export interface ReaderParts {
  readonly send: (watch: number, bytes: Lines, lost: number) => void;
  /** Gets every record, whatever the watches are about. */
  readonly recorder: Pick<Recorder, "reveal" | "take"> | null;
}

/** Makes records of bytes, and brings each to who may see it. */
export interface Reader {
  readonly take: (order: Exclude<Order, { readonly type: "close" }>) => void;
  /** Sends what waits. */
  readonly flush: () => void;
}

interface Connection {
  readonly conn: number;
  readonly openedAt: number;
  whose: Whose;
  readonly midstream: boolean;
  readonly decoder: Decoder;
  readonly redactor: Redactor;
  readonly heads: ShownHeads | undefined;
  held: string[];
  heldLength: number;
  /** Records for which there was no room among those. */
  heldLost: number;
}

interface SessionNote extends NoteRecord {
  readonly handshake?: ShownHeads;
}

interface Watch extends Outlet {
  scope: Scope;
}

export function createReader({ send, recorder }: ReaderParts): Reader {
  const connections = new Map<number, Connection>();
  const watches = new Map<number, Watch>();
  let heldOfAll = 0;
  let now = 0;

  function open({ conn, time, whose, dialect, start, heads }: Of<"open">): void {
    const redactor = createRedactor();
    const midstream = start !== "handshake";
    // Otherwise the answer to its handshake says all that matters.
    if (midstream || dialect === "other" || whose.user !== null)
      redactor.assume(conn, { dialect, loggedIn: whose.user !== null });
    const emit = (record: WireRecord): void => take(connection, record);
    const connection: Connection = {
      conn,
      openedAt: time,
      whose,
      midstream,
      decoder: createDecoder({ emit, conn, at: "server", start }),
      redactor,
      heads: heads && toShownHeads(heads),
      held: [],
      heldLength: 0,
      heldLost: 0,
    };
    connections.set(conn, connection);
    if (midstream || whose.user !== null) give(connection, sessionNote(connection));
  }

  function take(connection: Connection, seen: WireRecord): void {
    const { session } = connection.whose;
    const record = seen.k === "handshake" ? { ...seen, session } : seen;
    if (recorder?.reveal === true) recorder.take(toLine(record));
    for (const shown of connection.redactor.push(record)) show(connection, shown);
  }

  /** A record that says nothing secret. */
  function give(connection: Connection, record: WireRecord): void {
    if (recorder?.reveal === true) recorder.take(toLine(record));
    show(connection, record);
  }

  function show(connection: Connection, record: WireRecord): void {
    let line: string | undefined;
    const text = (): string => (line ??= toLine(record));
    if (recorder?.reveal === false) recorder.take(text());
    let waits = false;
    for (const watch of watches.values()) {
      const covered = covers(watch.scope, connection.whose);
      if (covered === "yes") watch.offer(text);
      waits ||= covered === "later";
    }
    if (waits) hold(connection, text());
  }

  function hold(connection: Connection, line: string): void {
    if (connection.heldLength + line.length > maxHeld || heldOfAll + line.length > maxHeldOfAll) {
      connection.heldLost += 1;
      return;
    }
    connection.held.push(line);
    connection.heldLength += line.length;
    heldOfAll += line.length;
  }

  function release(connection: Connection): readonly string[] {
    const { held, heldLost } = connection;
    heldOfAll -= connection.heldLength;
    connection.held = [];
    connection.heldLength = 0;
    connection.heldLost = 0;
    return heldLost === 0 ? held : [...held, toLine(heldNote(connection, heldLost))];
  }

  function logIn(connection: Connection, user: string): void {
    const before = connection.whose;
    connection.whose = { ...before, user };
    const held = release(connection);
    for (const watch of watches.values()) {
      const waited = covers(watch.scope, before) === "later";
      if (waited && covers(watch.scope, connection.whose) === "yes")
        for (const line of held) watch.offer(() => line);
    }
    give(connection, sessionNote(connection));
  }

  function end(connection: Connection, { time, how }: Of<"end">): void {
    if (how === "closed") connection.decoder.end(time);
    else connection.decoder.stop(time);
    for (const shown of connection.redactor.end()) show(connection, shown);
    release(connection);
    connections.delete(connection.conn);
  }

  function note(connection: Connection, about: Pick<NoteRecord, "code" | "says">): NoteRecord {
    const { conn, openedAt } = connection;
    return { k: "note", t: now, us: now - openedAt, conn, at: "server", ...about };
  }

  /** With the heads of a handshake that no record shows. */
  function sessionNote(connection: Connection): SessionNote {
    const { session, user } = connection.whose;
    const says =
      user === null
        ? "nobody is logged in yet on this connection"
        : "somebody is logged in on this connection";
    return {
      ...note(connection, { code: "session", says }),
      session,
      ...(user === null ? {} : { user }),
      ...(connection.heads && { handshake: connection.heads }),
    };
  }

  function heldNote(connection: Connection, count: number): NoteRecord {
    const says = "before the login more happened than could be kept";
    return { ...note(connection, { code: "lost", says }), count };
  }

  function takeEntry(entry: Entry, bytes: Uint8Array): void {
    now = entry.time;
    if (entry.type === "open") {
      open(entry);
      return;
    }
    const connection = connections.get(entry.conn);
    if (connection === undefined) return;
    switch (entry.type) {
      case "bytes":
        connection.decoder.push(entry.dir, bytes, entry.time);
        return;
      case "missing":
        connection.decoder.skip(entry.dir, entry.count, entry.time);
        return;
      case "login":
        logIn(connection, entry.user);
        return;
      case "end":
        end(connection, entry);
    }
  }

  function takeTape({ entries, bytes }: Extract<Order, { readonly type: "tape" }>): void {
    let at = 0;
    for (const entry of entries) {
      const length = entry.type === "bytes" ? entry.length : 0;
      takeEntry(entry, new Uint8Array(bytes, at, length));
      at += length;
    }
  }

  function setWatch(id: number, scope: Scope): void {
    const outlet = { send: (bytes: Lines, lost: number) => send(id, bytes, lost), now: () => now };
    const watch = watches.get(id) ?? { ...createOutlet(outlet), scope };
    watch.scope = scope;
    watches.set(id, watch);
    for (const connection of connections.values())
      if (covers(scope, connection.whose) === "yes") {
        const line = toLine(sessionNote(connection));
        watch.offer(() => line);
      }
  }

  return {
    take(order) {
      switch (order.type) {
        case "tape":
          takeTape(order);
          return;
        case "watch":
          setWatch(order.watch, order.scope);
          return;
        case "pause":
          watches.get(order.watch)?.pause(order.paused);
          return;
        case "unwatch":
          watches.delete(order.watch);
          return;
        case "taken":
          watches.get(order.watch)?.taken(order.bytes);
      }
    },
    flush() {
      for (const watch of watches.values()) watch.flush();
    },
  };
}

type Of<Type extends Entry["type"]> = Extract<Entry, { readonly type: Type }>;
