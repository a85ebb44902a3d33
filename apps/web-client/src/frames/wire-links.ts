import { computed } from "@preact/signals";
import type { NoteRecord, WireRecord } from "@wsecho/wire";
import { isMessage, type Entry, type MessageEntry } from "../session/transcript.ts";
import type { WireLinks } from "./entry.ts";
import { createHandshakes } from "./handshakes.ts";
import { exchangesOf, joinOf } from "./join.ts";
import { splitOf } from "./latency.ts";
import { framesOf, messageOf } from "./links.ts";
import type { Kept } from "./log.ts";
import { listedOf, segmentsOf, type FeedJoin } from "./segments.ts";
import type { FramesStore } from "./store.ts";

/** How many echoes tell of the clocks and the spread. */
const lastEchoes = 1000;

export interface WireLinksHost {
  readonly frames: FramesStore;
  /** Of the page's own session; read as a signal. */
  readonly entries: () => readonly Entry[];
  /** Whether a feed is live; read as a signal. */
  readonly watching: () => boolean;
  /** When the feed was last asked for something, by the page's clock. */
  readonly askedAt: () => number;
  readonly now: () => number;
}

/** From the page's messages to their frames and times at the server, and back. */
export interface FrameLinks extends WireLinks {
  /** Records have come: the page's clock at that moment says what they can be about. */
  readonly came: (records: readonly WireRecord[]) => void;
  /**
   * The transcript's row of a frame or message; `unlisted` for logins and what else the protocol
   * needs, `null` where it has none for sure.
   */
  readonly rowOf: (kept: Kept) => MessageEntry | "unlisted" | null;
}

export function createWireLinks(host: WireLinksHost): FrameLinks {
  const { frames } = host;
  const joins = new WeakMap<NoteRecord, FeedJoin>();
  const handshakes = createHandshakes();
  const segments = computed(() => segmentsOf(frames.log.value.kept, (note) => joins.get(note)));
  const join = computed(() => joinOf(host.entries(), segments.value));
  const exchanges = (session: string) =>
    exchangesOf(join.value, host.entries(), session, lastEchoes);

  return {
    came: (records) => {
      handshakes.came(records);
      for (const record of records)
        if (record.k === "note" && record.code === "session")
          joins.set(record, { askedAt: host.askedAt(), cameAt: host.now() });
    },
    handshake: handshakes.of,
    find: (entry) => {
      const found = join.value.find(entry);
      if ("listed" in found) return "found";
      return found.missing === "unseen" && !host.watching() ? "off" : found.missing;
    },
    show: (entry) => {
      const found = join.value.find(entry);
      if (!("listed" in found)) return;
      const { kept } = frames.log.value;
      const [first] = framesOf(kept, found.listed);
      frames.goTo(first ?? found.listed);
    },
    rowOf: (entry) => {
      const { seq, record } = entry;
      const { kept } = frames.log.value;
      const message = record.k === "frame" ? messageOf(kept, { seq, record }) : entry;
      if (message?.record.k !== "message") return null;
      if (message.record.at === "server" && listedOf(message.record) === null) return "unlisted";
      return join.value.entryOf(message.seq);
    },
    split: (entry) => {
      const session = entry.wire?.session;
      if (session === undefined) return null;
      const all = exchanges(session);
      const echo =
        entry.kind === "received"
          ? entry
          : host
              .entries()
              .findLast(
                (one) =>
                  one.kind === "received" &&
                  one.wire?.session === session &&
                  one.echo !== null &&
                  one.echo.id === entry.id,
              );
      const exchange = echo === undefined ? undefined : all.get(echo.seq);
      return exchange === undefined ? null : splitOf(exchange, [...all.values()]);
    },
    splits: () => {
      const session = host.entries().findLast((one) => isMessage(one) && one.wire !== undefined);
      if (session === undefined || !isMessage(session) || session.wire === undefined) return [];
      const all = [...exchanges(session.wire.session).values()];
      return all.map((exchange) => splitOf(exchange, all));
    },
  };
}
