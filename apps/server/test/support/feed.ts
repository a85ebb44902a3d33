import { connect, type ConnectOptions, type Session } from "@wsecho/client";
import { createJsonlReader, type WireRecord } from "@wsecho/wire";
import { expect, onTestFinished } from "vitest";
import { plantedPassword } from "./start-server.ts";
import { soon } from "./soon.ts";

export type Kind = WireRecord["k"];
export type OfKind<K extends Kind> = Extract<WireRecord, { readonly k: K }>;

/** A watcher of the wire feed, and all that it got. */
export interface Feed {
  readonly session: Session;
  readonly records: WireRecord[];
  /** What came, as it came. */
  readonly bytes: () => Buffer;
  /** Sends a command; the answer. */
  readonly say: (command: unknown) => Promise<Record<string, unknown>>;
  /** Waits until such records have come; they are returned. */
  readonly until: <K extends Kind>(
    kind: K,
    fits: (record: OfKind<K>) => boolean,
    count?: number,
  ) => Promise<readonly OfKind<K>[]>;
}

/** Watches with the client that everybody has. */
export async function watchFeed(
  url: string,
  options: ConnectOptions = { username: "ada", password: plantedPassword },
): Promise<Feed> {
  const session = await connect(`${url}/inspect`, options);
  onTestFinished(async () => {
    await session.close();
  });
  const records: WireRecord[] = [];
  const pieces: Buffer[] = [];
  const text = new TextDecoder("utf-8", { fatal: true });
  const reader = createJsonlReader({
    emit: (record) => records.push(record),
    problem: ({ at, says }) => expect.unreachable(`line ${at}: ${says}`),
  });
  void (async () => {
    for await (const message of session) {
      if (message.kind !== "binary") expect.unreachable("a feed has binary messages only");
      // Whole lines, so that each message can be read by itself.
      expect(message.data.at(-1)).toBe(0x0a);
      pieces.push(Buffer.from(message.data));
      reader.push(text.decode(message.data));
    }
  })().catch(() => undefined);
  return {
    session,
    records,
    bytes: () => Buffer.concat(pieces),
    say: async (command) =>
      JSON.parse(
        await session.ask(typeof command === "string" ? command : JSON.stringify(command)),
      ) as Record<string, unknown>,
    async until(kind, fits, count = 1) {
      type Wanted = OfKind<typeof kind>;
      const found = (): readonly Wanted[] =>
        records.filter((record): record is Wanted => record.k === kind && fits(record as Wanted));
      await expect.poll(() => found().length, soon).toBeGreaterThanOrEqual(count);
      return found();
    },
  };
}

/** The bytes of one direction of a connection, as the records have them, in their order. */
export function bytesOf(
  records: readonly WireRecord[],
  conn: number,
  dir: "c2s" | "s2c",
): Buffer<ArrayBuffer> {
  return Buffer.concat(
    records.flatMap((record) => {
      if (record.conn !== conn || !("dir" in record) || record.dir !== dir) return [];
      if (record.k === "handshake") return [Buffer.from(record.head, "latin1")];
      return record.k === "frame" ? [record.hdr, record.key ?? new Uint8Array(), record.raw] : [];
    }),
  );
}

/** The rules that were broken; the keys of the test's own raw frames are all the same. */
export function rulesOf(records: readonly WireRecord[]): readonly string[] {
  const rules = records.flatMap((record) => ("lint" in record ? record.lint : []));
  return rules.map(({ rule }) => rule).filter((rule) => rule !== "repeated-key");
}

/** The texts of one direction's messages. */
export function textsOf(records: readonly WireRecord[], dir: "c2s" | "s2c"): readonly string[] {
  return records.flatMap((record) =>
    record.k === "message" && record.dir === dir ? [record.text ?? ""] : [],
  );
}
