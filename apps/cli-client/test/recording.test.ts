import { execFileSync } from "node:child_process";
import { constants, existsSync } from "node:fs";
import { chmod, mkdtemp, open, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { EventLine } from "@wsecho/protocol/events";
import { createRecorder } from "../src/recorder.ts";
import { createRecording } from "../src/recording.ts";

it("takes the rights of others to a file, and to nothing else", async () => {
  const directory = await mkdtemp(join(tmpdir(), "wsecho-"));
  const [file, pipe] = [join(directory, "file"), join(directory, "pipe")];
  await writeFile(file, "");
  execFileSync("mkfifo", [pipe]);
  for (const path of [file, pipe]) await chmod(path, 0o644);
  // Without a reader opening it would wait.
  const reader = await open(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const rightsOf = async (path: string) => (await stat(path)).mode & 0o777;
  try {
    const recording = createRecording(null, () => 0, expect.unreachable);
    for (const path of [file, pipe]) expect(recording.start(path).ok).toBe(true);
    recording.stop();
    expect([await rightsOf(file), await rightsOf(pipe)]).toEqual([0o600, 0o644]);
  } finally {
    await reader.close();
    await rm(directory, { recursive: true });
  }
});

it.runIf(existsSync("/dev/full"))("ends where its file takes no more, and says so once", () => {
  const problems: string[] = [];
  const recording = createRecording(
    null,
    () => 0,
    (problem) => problems.push(problem),
  );
  expect(recording.start("/dev/full").ok).toBe(true);
  recording.opened("");
  recording.failed(8, "the link broke");
  expect(problems).toEqual([expect.stringContaining("no space left")]);
  expect(recording.stop()).toBe(false);
});

it("measures the way of a ping by a clock that nobody sets", () => {
  const events: EventLine[] = [];
  let wall = 2000;
  const recorder = createRecorder(
    (event) => events.push(event),
    () => (wall -= 1000),
  );
  recorder.opened("");
  recorder.control("ping", "out", Buffer.from("a"));
  recorder.control("pong", "in", Buffer.from("a"));
  expect(events.at(-1)?.rttMs).toBeGreaterThanOrEqual(0);
});
