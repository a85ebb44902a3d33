import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { createSink } from "../../src/wire/streams.ts";

it("a sink waits for its reader as often as needed, by the listeners that it began with", async () => {
  const stream = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => void setImmediate(done),
  });
  const sink = createSink(stream);
  const counts = (): readonly number[] =>
    ["drain", "close", "error"].map((name) => stream.listenerCount(name));
  const before = counts();
  for (let piece = 0; piece < 20; piece += 1) {
    const written = sink.write("piece");
    expect(stream.writableNeedDrain).toBe(true);
    await written;
    expect(stream.writableNeedDrain).toBe(false);
  }
  expect(counts()).toEqual(before);
});

it("nobody waits for a reader that is gone", async () => {
  const stream = new Writable({ highWaterMark: 1, write: () => undefined });
  const sink = createSink(stream);
  const written = sink.write("piece");
  stream.destroy(new Error("EPIPE"));
  await written;
  expect(sink.gone()).toBe(true);
});
