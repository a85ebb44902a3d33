import { execFileSync } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJsonlWriter, explain, parseBytes } from "@wsecho/wire";
import { afterAll, beforeAll, expect, test } from "vitest";
import { programArguments } from "../support/program.ts";
import { openScreen } from "../support/screen.ts";

let folder: string;
let lines: string;
/** More than pipes and streams keep of an output that nobody reads. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wsecho-progress-"));
  const bytes = parseBytes("81 85 37 fa 21 3d 7f 9f 4d 51 58");
  if (!bytes.ok) throw new Error(bytes.error);
  const writer = createJsonlWriter();
  lines = explain(bytes.value)
    .map((record) => writer.push(record))
    .join("");
});
afterAll(() => rmSync(folder, { recursive: true }));

const program = [process.execPath, ...programArguments].map((word) => `'${word}'`).join(" ");

test("a long decode says on the terminal how far it is, and leaves nothing there", async () => {
  const file = join(folder, "large.jsonl");
  writeFileSync(file, lines.repeat(3000));
  // Whoever reads its output makes it long: nothing is read on before there is a word of it. That is
  // said at a step of the work, so it gets room for one now and then.
  const held = `while ! [ -e '${file}.seen' ]; do head -c 65536; sleep 0.1; done; cat`;
  const command = `${program} decode --json '${file}' | { ${held}; } > '${file}.out'`;
  using screen = openScreen(["-c", command], { columns: 200, command: ["sh"] });
  await screen.until((rows) => rows.some((row) => /large\.jsonl: \d+\.\d MiB, \d+ %/.test(row)));
  writeFileSync(`${file}.seen`, "");
  expect(await screen.exit).toBe(0);
  expect(screen.rows()).toEqual([]);
  expect(readFileSync(`${file}.out`, "utf8").split("\n").length).toBeGreaterThan(6000);
});

test.skipIf(process.platform === "win32")(
  "so does a conversion into a file, though its output is a terminal, too",
  async () => {
    const pipe = join(folder, "growing.jsonl");
    execFileSync("mkfifo", [pipe]);
    using screen = openScreen(["convert", pipe, join(folder, "out.har")], { columns: 200 });
    const input = createWriteStream(pipe);
    const feeding = setInterval(() => input.write(lines), 50);
    await screen.until((rows) => rows.some((row) => /growing\.jsonl: \d+\.\d MiB/.test(row)));
    clearInterval(feeding);
    input.end();
    expect(await screen.exit).toBe(0);
    expect(screen.rows()).toEqual([]);
  },
);
