import { createFileReader, type WireRecord } from "@wsecho/wire";
import { describe, expect, it } from "vitest";
import { exportRecords } from "../../src/frames/exports.ts";
import { createFramesStore } from "../../src/frames/store.ts";
import { conversation, handshake, jsonl, recordsOf, up } from "../support/capture.ts";

const createStore = () =>
  createFramesStore({ schedule: setImmediate, rest: () => Promise.resolve() });
const file = (text: string, name = "a.jsonl"): File => new File([text], name);
const records = recordsOf(conversation);

const reread = async (pieces: readonly (string | Uint8Array)[]): Promise<readonly WireRecord[]> => {
  const read: WireRecord[] = [];
  const reader = createFileReader({
    emit: (record) => void read.push(record),
    problem: ({ says }) => expect.fail(says),
  });
  const bytes = await new Blob(pieces as BlobPart[]).arrayBuffer();
  reader.push(new Uint8Array(bytes));
  reader.end();
  return read;
};
const framesOf = (all: readonly WireRecord[]) =>
  all.flatMap((record) =>
    record.k === "frame" ? [[record.dir, record.hdr, record.key, record.raw, record.len]] : [],
  );

describe("an opened capture", () => {
  it("is shown without its secrets, and with them only when asked", async () => {
    const store = createStore();
    await store.open(file(jsonl(records)));
    const shown = (): string => JSON.stringify(store.log.value.kept);
    expect(store.log.value.kept.length).toBeGreaterThan(records.length - 1);
    expect(shown()).not.toContain("secret-token");
    const frame = store.log.value.kept.find(({ record }) => record.k === "frame") ?? null;
    store.selected.value = frame;
    store.setReveal(true);
    expect(shown()).toContain("secret-token");
    // What was looked at is still looked at.
    expect(store.selected.value?.record).toMatchObject({ k: "frame", n: 1 });
    store.setReveal(false);
    expect(shown()).not.toContain("secret-token");
  });

  it("takes the place of the one before, which is forgotten", async () => {
    const store = createStore();
    const first = store.open(file(jsonl(records), "first.jsonl"));
    const second = store.open(file(jsonl(recordsOf([...handshake, up("second")])), "second.jsonl"));
    await Promise.all([first, second]);
    expect(store.source.file.value).toMatchObject({ name: "second.jsonl", state: "read" });
    const texts = store.log.value.kept.flatMap(({ record }) =>
      record.k === "message" ? [record.text] : [],
    );
    expect(texts).toEqual(["second"]);
  });

  it("says what could not be read of it", async () => {
    const store = createStore();
    await store.open(file(`${jsonl(records)}{"nonsense": true}\nnonsense\n`));
    expect(store.source.file.value).toMatchObject({ problems: 2, state: "read" });
    expect(store.source.file.value?.firstProblem?.says).toContain("no version");
    expect(store.rows.value.rows.length).toBeGreaterThan(5);
  });

  it("says when the file goes away meanwhile", async () => {
    const store = createStore();
    const gone = file("{}");
    gone.stream = () =>
      new ReadableStream({
        pull: (controller) => controller.error(new Error("gone")),
      });
    await store.open(gone);
    expect(store.source.file.value?.state).toBe("broken");
  });
});

describe("the filter", () => {
  it("shows everything while what is typed is wrong, and says where", async () => {
    const store = createStore();
    await store.open(file(jsonl(records)));
    const all = store.rows.value.rows.length;
    store.narrowing.expression.value = "op:";
    expect(store.narrowing.problem.value).toMatchObject({ error: { at: 3 } });
    expect(store.rows.value.rows).toHaveLength(all);
    store.narrowing.expression.value = "op:binary";
    expect(store.narrowing.problem.value).toBeNull();
    expect(store.rows.value.rows).toHaveLength(1);
  });
});

describe("an export", () => {
  it.each(["jsonl", "har", "pcapng"] as const)(
    "as %s has the same frames, and no secret",
    async (format) => {
      const pieces = exportRecords(records, format, { reveal: false, filter: null });
      expect(await new Blob(pieces as BlobPart[]).text()).not.toContain("secret-token");
      expect(framesOf(await reread(pieces))).toEqual(framesOf(records));
    },
  );

  it.each(["jsonl", "har", "pcapng"] as const)("as %s has secrets where asked", async (format) => {
    const pieces = exportRecords(records, format, { reveal: true, filter: null });
    expect(await new Blob(pieces as BlobPart[]).text()).toContain("secret-token");
  });

  it("can be of what a filter wants", async () => {
    const filter = (record: WireRecord): boolean => record.k === "frame" && record.op === 9;
    const pieces = exportRecords(records, "jsonl", { reveal: false, filter });
    expect(framesOf(await reread(pieces))).toHaveLength(3);
  });
});
