import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@wsecho/client";
import { findNeedles, type Needle } from "@wsecho/testkit/needles";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startUi } from "../../src/proxy/ui.ts";
import { eventually } from "../support/eventually.ts";
import { startProgram } from "../support/program.ts";
import { startTestProxy } from "../support/proxy.ts";
import { harmless, plantTalks, type Planted } from "./planted.ts";
import { startTalker, talkTo } from "./play.ts";
import { readings } from "./readings.ts";

let folder: string;
let planted: Planted;
let needles: readonly Needle[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wsecho-leaks-"));
  planted = await plantTalks();
  const added = ["Replaced", "V1Replaced", "ByHand999", "Injected"];
  needles = [...planted.needles, ...added.map((name) => ({ name, secret: `Pl4nt-${name}-7ZqX` }))];
  const injected = { type: "auth", password: "Pl4nt-Injected-7ZqX" };
  const inject = { action: "inject", where: "before", dir: "c2s", text: JSON.stringify(injected) };
  const rules = [
    // As long as what they replace: the talks count bytes.
    { match: "dir:c2s /t-Segments/", action: "replace", find: "Segments", with: "Replaced" },
    { match: "dir:c2s /Segments/", action: "replace", find: "V1Segments", with: "V1Replaced" },
    { match: 'dir:c2s /"submit"/', ...inject },
  ];
  writeFileSync(join(folder, "rules.json"), JSON.stringify({ rules }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** All that the program writes, where every message is held, and the first one changed by hand. */
async function outputOf(form: string, ...more: readonly string[]): Promise<Buffer> {
  await using server = await startTalker(planted.talks);
  const record = join(folder, `record${more.join("")}.${form}`);
  const program = startProgram([
    ...["proxy", "--listen", "0", "--target", `ws://127.0.0.1:${server.port}`, "--hold", "-b"],
    ...["--rules", join(folder, "rules.json"), `--${form}`, record, ...more],
  ]);
  await program.said(" to ws");
  let decided = 0;
  program.child.stderr.on("data", () => {
    for (const [, id = ""] of program.stderr().matchAll(/held (\d+) /g)) {
      if (Number(id) <= decided) continue;
      decided = Number(id);
      const edit = "edit 1 Pl4nt-ByHand999-7ZqX\nlist\nrules\n";
      program.child.stdin.write(id === "1" ? edit : `forward ${id}\n`);
    }
  });
  await talkTo(Number(/:(\d+) \(ws/.exec(program.stderr())?.[1]), planted.talks);
  program.child.stdin.write("quit\n");
  const { status, stdout, stderr } = await program.result;
  expect(status).toBe(0);
  expect(decided).toBeGreaterThan(30);
  return Buffer.concat(
    [stdout + stderr, readFileSync(record)].map((part) => readings(Buffer.from(part))),
  );
}

test.each(["jsonl", "pcapng", "har"])(
  "no secret is in what the proxy shows, holds and records as %s",
  async (form) => {
    const output = await outputOf(form);
    expect(output.toString().split(harmless).length).toBeGreaterThan(8);
    expect(findNeedles(output, needles)).toEqual([]);
  },
);

test("with --reveal every secret is there, and the record is stamped", async () => {
  const output = await outputOf("jsonl", "--reveal");
  const found = findNeedles(output, needles).map((one) => one.split(" as ")[0]);
  expect([...new Set(found)].sort()).toEqual(needles.map(({ name }) => name).sort());
  expect(output.toString()).toContain('"reveal":true');
});

test("no secret is in the feed of --ui", async () => {
  const ui = await startUi(0, false, new Map());
  if (!ui.ok) throw new Error(ui.error);
  const { address, record } = ui.value;
  await using server = await startTalker(planted.talks);
  await using proxy = await startTestProxy({ target: `ws://127.0.0.1:${server.port}`, record });
  const [origin = "", token = ""] = address.split("/#feed=");
  const feed = await connect(`${origin.replace("http:", "ws:")}/inspect`, {
    token: decodeURIComponent(token),
    dialect: "v1",
  });
  const pieces: Uint8Array[] = [];
  const reading = (async () => {
    for await (const message of feed) if (message.kind === "binary") pieces.push(message.data);
  })();
  await talkTo(proxy.port, planted.talks);
  const all = (): Buffer => Buffer.concat(pieces);
  await eventually(() => all().toString()).toContain("401 Unauthorized");
  await feed.close();
  await reading;
  await ui.value.close();
  const output = readings(all());
  expect(output.toString().split(harmless).length).toBeGreaterThan(8);
  expect(findNeedles(output, needles)).toEqual([]);
});
