import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openScreen } from "../support/screen.ts";
import { startBareServer } from "../support/servers.ts";

it("what was typed to a host is there the next time, without what looks like a secret", async () => {
  const state = await mkdtemp(join(tmpdir(), "wsecho-"));
  try {
    await using server = await startBareServer((socket) => {
      socket.on("message", (data: Buffer) => socket.send(`got ${data.toString().length}`));
    });
    const env = { XDG_STATE_HOME: state };
    const talk = async (...keys: readonly string[]): Promise<readonly string[]> => {
      using screen = openScreen([server.url], { env });
      await screen.until((rows) => rows.at(-1) === ">");
      for (const key of keys) screen.type(`${key}\r`);
      await screen.until(
        (rows) => rows.filter((row) => row.startsWith("< got")).length === keys.length,
      );
      screen.type("\x04");
      await screen.exit;
      return screen.rows();
    };
    await talk("kept", '{"password":"x"}', " not kept", "one\x1b\rtwo");
    const directory = join(state, "wsecho/history");
    const [name = ""] = await readdir(directory);
    const path = join(directory, name);
    expect(await readFile(path, "utf8")).toBe('"kept"\n"one\\ntwo"\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const rows = await talk("\x1b[A", "\x1b[A\x1b[A");
    expect(rows).toContain("> one⏎two");
    expect(rows).toContain("> kept");
  } finally {
    await rm(state, { recursive: true });
  }
});
