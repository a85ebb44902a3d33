import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readOptions } from "../src/options.ts";

const read = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  readOptions(args, env, () => undefined);
const local = ["--url", "ws://127.0.0.1:5678"];

const folder = await mkdtemp(join(tmpdir(), "conformance-"));
afterAll(() => rm(folder, { recursive: true }));

describe("readOptions", () => {
  it("needs no more than a URL for the demo on this machine, and says so", () => {
    for (const url of ["ws://127.0.0.1:5678", "ws://localhost:1", "ws://[::1]:2", "ws://127.9.9.9"])
      expect(read(["--url", url])).toMatchObject({
        ok: true,
        value: {
          target: { user: "admin", password: "123456", timeoutMs: 5000, destructive: true },
          dialect: "both",
          notes: ["logging in as the demo's user admin"],
        },
      });
  });

  it("takes the password from a file without its last line end, before the environment", async () => {
    const file = join(folder, "password");
    await writeFile(file, "p w \n");
    expect(read([...local, "--password-file", file], { WSECHO_PASSWORD: "env" })).toMatchObject({
      value: { target: { password: "p w " }, notes: [] },
    });
    expect(read(local, { WSECHO_PASSWORD: "env" })).toMatchObject({
      value: { target: { password: "env" } },
    });
  });

  it("never tries the demo's password elsewhere, or for another user", () => {
    for (const args of [
      ["--url", "wss://echo.example"],
      [...local, "--user", "ada"],
    ])
      expect(read(args)).toMatchObject({
        ok: false,
        error: { status: 2, message: expect.stringContaining("--password-file") as string },
      });
  });

  it("sends no password over ws:// to another machine unless told to", () => {
    const args = ["--url", "ws://192.0.2.1:5678"];
    expect(read(args, { WSECHO_PASSWORD: "p" })).toMatchObject({
      ok: false,
      error: { status: 2, message: expect.stringContaining("--allow-insecure-password") as string },
    });
    expect(read([...args, "--allow-insecure-password"], { WSECHO_PASSWORD: "p" })).toMatchObject({
      value: { target: { destructive: false } },
    });
  });

  it("does not take a name that only begins like this machine's", () => {
    for (const url of ["ws://localhost.example", "ws://127.0.0.1.example"])
      expect(read(["--url", url], { WSECHO_PASSWORD: "p" }).ok).toBe(false);
  });

  it("uses up attempts on another machine only when told to", () => {
    const args = ["--url", "wss://echo.example"];
    const env = { WSECHO_PASSWORD: "p" };
    expect(read(args, env)).toMatchObject({ value: { target: { destructive: false } } });
    expect(read([...args, "--destructive"], env)).toMatchObject({
      value: { target: { destructive: true } },
    });
  });

  it.each([
    [[], null],
    [["--frames"], ["echo", "plain", "v1"]],
    [
      ["--frames", "--dialect", "v1"],
      ["echo", "v1"],
    ],
    [["--frames", "echo"], ["echo"]],
    [["--url", "ws://127.0.0.1:5678/raw", "--frames"], ["echo"]],
  ])("with %j tries frames at %j", (args, places) => {
    expect(read([...local, ...args])).toMatchObject({ ok: true, value: { frames: places } });
  });

  it.each([
    [["--url", "127.0.0.1:5678"], "ws://127.0.0.1:5678"],
    [["--url", "http://127.0.0.1:5678"], "Did you mean ws://127.0.0.1:5678?"],
    [["--url", "https://echo.example"], "Did you mean wss://echo.example?"],
    [["--url", "ftp://echo.example"], "ws or wss"],
    [["--url", "ws://admin:123456@127.0.0.1"], "--password-file"],
    [[...local, "--dialekt", "v1"], "Did you mean --dialect?"],
    [[...local, "--dialect", "v2"], "plain, v1, both"],
    [[...local, "--timeout", "soon"], "milliseconds"],
    [[...local, "--max-wait", "0"], "milliseconds"],
    [[...local, "--password-file", "no/such/file"], "ENOENT"],
    [[...local, "more"], "too many arguments"],
    [[], "--url"],
  ])("answers %j with status 2 and what to do", (args, said) => {
    const result = read(args);
    expect(result).toMatchObject({ ok: false, error: { status: 2 } });
    expect(result.ok ? "" : result.error.message).toContain(said);
    expect(result.ok ? "" : result.error.message).not.toContain("123456");
  });

  it("shows its help with examples, which is no mistake", () => {
    let written = "";
    const result = readOptions(["--help"], {}, (text) => {
      written += text;
    });
    expect(result).toEqual({ ok: false, error: { status: 0, message: "" } });
    expect(written).toContain("pnpm conformance --url ws://127.0.0.1:5678");
  });
});
