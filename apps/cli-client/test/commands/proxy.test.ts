import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "@wsecho/testkit/certificates";
import { createFileReader, unmask, type WireRecord } from "@wsecho/wire";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { eventually } from "../support/eventually.ts";
import { runProgram, startProgram, type Program } from "../support/program.ts";
import {
  closedPort,
  startBareServer,
  startSecureEcho,
  startTcpServer,
} from "../support/servers.ts";

describe("wsecho proxy", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "wsecho-proxy-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const start = async (
    args: readonly string[],
  ): Promise<{ readonly program: Program; readonly url: string }> => {
    const program = startProgram(["proxy", "--listen", "0", ...args]);
    await program.said(" to ws");
    const port = /:(\d+) \(ws/.exec(program.stderr())?.[1] ?? "";
    return { program, url: `ws://127.0.0.1:${port}` };
  };
  const stop = async ({ child, result }: Program): Promise<number | null> => {
    child.kill("SIGINT");
    return (await result).status;
  };
  const startEcho = () =>
    startBareServer((socket) => {
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
  const read = async (name: string): Promise<readonly WireRecord[]> => {
    const records: WireRecord[] = [];
    const problems: unknown[] = [];
    const reader = createFileReader({
      emit: (record) => records.push(record),
      problem: (problem) => problems.push(problem),
    });
    reader.push(await readFile(join(folder, name)));
    reader.end();
    expect(problems).toEqual([]);
    return records;
  };

  it("takes decisions as lines of the input, and records what came and what left", async () => {
    await using server = await startEcho();
    const rules = join(folder, "rules.json");
    await writeFile(rules, '{"rules": [{"match": "dir:c2s /hold me/", "action": "hold"}]}');
    const capture = join(folder, "hand.jsonl");
    const { program, url } = await start([
      "--target",
      server.url,
      "--rules",
      rules,
      "--record",
      capture,
    ]);
    // With a subprotocol of its own nobody takes its first text for a login of the plain dialect.
    const socket = new WebSocket(url, "chat");
    const got: string[] = [];
    socket.on("message", (data: Buffer) => got.push(data.toString()));
    socket.on("open", () => {
      socket.send("hold me, one");
      socket.send("hold me, two");
    });
    await program.said("held 2");
    program.child.stdin.write(
      "drop 1\nedit 2 changed by hand\ninject s2c added by hand\nrules\nnonsense\nedit 9 x\n",
    );
    await program.said("there is no held message 9");
    await program.printed("added by the proxy");
    const closed = new Promise((resolve) => socket.on("close", resolve));
    await expect.poll(() => got, { timeout: 15_000 }).toHaveLength(2);
    socket.close();
    await closed;
    expect(await stop(program)).toBe(130);
    expect([...got].sort()).toEqual(["added by hand", "changed by hand"]);
    expect(program.stderr()).toContain('there is no command "nonsense"');
    expect((await stat(capture)).mode & 0o077).toBe(0);
    const frames = (await read("hand.jsonl")).filter((record) => record.k === "frame");
    const [one, two] = frames.filter(({ text }) => text?.startsWith("hold me"));
    expect(one?.edited?.hdr).toHaveLength(0);
    expect(two?.edited && Buffer.from(unmask(two.edited)).toString()).toBe("changed by hand");
    expect(frames.filter(({ injected }) => injected).map(({ text }) => text)).toEqual([
      "added by hand",
    ]);
  });

  it("reads wss: on both sides: by a certificate of its own, and a target by --cacert", async () => {
    await using server = await startSecureEcho();
    const own = await makeCertificate("proxy");
    const file = async (name: string, content: string): Promise<string> => {
      await writeFile(join(folder, name), content, { mode: 0o600 });
      return join(folder, name);
    };
    const near = [
      "--tls-cert",
      await file("near.pem", own.cert),
      "--tls-key",
      await file("near.key", own.key),
    ];
    const ca = await file("target.pem", server.cert);
    const { program, url } = await start([
      ...["--target", server.url, "--cacert", ca, ...near],
      ...["--record", join(folder, "tls.jsonl")],
    ]);
    expect(program.stderr()).toContain(`(ws and wss) to ${server.url}`);
    const secure = url.replace("ws:", "wss:");
    for (const [to, text] of [
      [secure, "under TLS"],
      [url, "in clear"],
    ] as const) {
      const socket = new WebSocket(to, "chat", { ca: own.cert });
      const reply = new Promise((resolve, reject) => {
        socket.on("open", () => socket.send(text));
        socket.on("message", (data: Buffer) => resolve(data.toString()));
        socket.on("error", reject);
      });
      expect(await reply).toBe(text);
      const closed = new Promise((resolve) => socket.on("close", resolve));
      socket.close();
      await closed;
    }
    expect(await stop(program)).toBe(130);
    const messages = (await read("tls.jsonl")).filter((record) => record.k === "message");
    expect(messages.map(({ dir, text }) => `${dir} ${text ?? ""}`)).toEqual([
      "c2s under TLS",
      "s2c under TLS",
      "c2s in clear",
      "s2c in clear",
    ]);
    // The key of another certificate.
    const stray = await makeCertificate("stray");
    const wrong = ["--tls-cert", near[1] ?? "", "--tls-key", await file("stray.key", stray.key)];
    const refused = await runProgram(["proxy", "--listen", "0", ...wrong]);
    expect(refused.stderr).toMatch(/--tls-cert and --tls-key: .*mismatch/);
    expect(refused.status).toBe(2);
  });

  it("is replayed, waiting for each reply", async () => {
    await using server = await startEcho();
    const { program, url } = await start([
      "--target",
      server.url,
      // By the names of inspect, and by the one that it had first.
      ...["jsonl", "pcapng"].flatMap((form) => [`--${form}`, join(folder, `talk.${form}`)]),
      "--record",
      join(folder, "talk.har"),
      "-q",
    ]);
    const socket = new WebSocket(`${url}/chat?room=1`, "chat");
    await new Promise<void>((resolve) => {
      let count = 0;
      socket.on("open", () => socket.send("message 1"));
      socket.on("message", () => {
        count += 1;
        if (count === 3) resolve();
        else socket.send(`message ${count + 1}`);
      });
    });
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.close();
    await closed;
    await stop(program);
    for (const form of ["jsonl", "pcapng", "har"]) {
      const messages = (await read(`talk.${form}`)).filter((record) => record.k === "message");
      const sent = messages.filter(({ dir }) => dir === "c2s").map(({ text }) => text);
      expect({ form, sent }).toEqual({ form, sent: ["message 1", "message 2", "message 3"] });
    }

    const asked: (string | undefined)[] = [];
    let waiting = 0;
    await using again = await startBareServer((peer) => {
      peer.on("message", (data: Buffer) => {
        waiting += 1;
        expect(waiting).toBe(1);
        asked.push(data.toString());
        setImmediate(() => {
          waiting -= 1;
          peer.send(data.toString() === "message 3" ? "other" : data.toString());
        });
      });
    });
    const file = join(folder, "talk.jsonl");
    const result = await runProgram(["replay", file, again.url]);
    expect(asked).toEqual(["message 1", "message 2", "message 3"]);
    expect(result.stdout).toBe("message 1\nmessage 2\nother\n");
    expect(result.stderr).toContain("3 replies, 1 of them not as in the capture");
    expect(result.status).toBe(10);
    const timed = await runProgram(["replay", "--timing", "-q", file, server.url]);
    expect(timed).toMatchObject({ status: 0, stdout: "" });

    // A pause of the capture keeps nobody who has nobody to talk to.
    const slow = (await readFile(file, "utf8")).split("\n").map((line) => {
      if (!line.includes('"k":"message"') || !line.includes("message 3")) return line;
      const message = JSON.parse(line) as { readonly us: number };
      return JSON.stringify({ ...message, us: message.us + 600e6 });
    });
    await writeFile(file, slow.join("\n"));
    // Ten minutes, a million times as fast; and without any pause.
    for (const speed of ["1000000", "max", "0"]) {
      const quick = await runProgram(["replay", "--speed", speed, "-q", file, server.url]);
      expect(quick).toMatchObject({ status: 0, stdout: "" });
    }
    await using leaving = await startBareServer((peer) =>
      peer.on("message", () => peer.close(4001)),
    );
    const left = await runProgram(["replay", "--timing", "-q", file, leaving.url]);
    // The second may have left before the first was answered by the close.
    expect(left.stderr).toMatch(/1 message was not sent|2 messages were not sent/);
    expect(left.status).toBe(9);
  });

  it("is replayed in rounds, as many as were asked for or until Ctrl-C", async () => {
    const record = join(folder, "round.jsonl");
    const codes: number[] = [];
    await using server = await startBareServer((peer) => {
      peer.on("message", (data: Buffer) => peer.send(data.toString()));
      peer.on("close", (code) => codes.push(code));
    });
    const { program, url } = await start(["--target", server.url, "--jsonl", record, "-q"]);
    const socket = new WebSocket(url, "chat");
    await once(socket, "open");
    socket.send("hello");
    await once(socket, "message");
    socket.close(1000);
    await once(socket, "close");
    await stop(program);
    codes.length = 0;

    const three = await runProgram(["replay", "--loop=3", "--speed", "max", record, server.url]);
    expect(three).toMatchObject({ status: 0, stdout: "hello\nhello\nhello\n" });
    expect(three.stderr).toContain("round 3: 1 reply, 0 of them not as in the capture");
    await eventually(() => codes).toEqual([1000, 1000, 1000]);

    const endless = startProgram(["replay", "--loop", record, server.url]);
    await endless.said("round 2: 1 reply");
    endless.child.kill("SIGINT");
    expect((await endless.result).status).toBe(130);

    // Nobody reads on, as after `| head -1`.
    const unread = startProgram(["replay", "--loop", record, server.url]);
    await unread.printed("hello");
    unread.child.stdout.destroy();
    expect((await unread.result).status).toBe(0);

    const absent = await runProgram(["replay", record, `:${await closedPort()}`]);
    expect(absent.stderr).toMatch(
      /replaying 1 message of .*\nnothing listens at ws:\S+; start the server/,
    );
    expect(absent.status).toBe(3);

    await using closing = await startBareServer((peer) => peer.close(4001));
    const ended = await runProgram(["replay", "--loop=5", record, closing.url]);
    expect(ended.stderr).toContain("round 1: the server closed: 4001");
    expect(ended.stderr).not.toContain("round 2");
    expect(ended.status).toBe(9);

    for (const wrong of [["--loop=0"], ["--speed", "-1"], ["--speed", "fast"], ["--speed", ""]]) {
      const { status, stderr } = await runProgram(["replay", ...wrong, record, server.url]);
      expect({ status, stderr }).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("must be") as string,
      });
    }
  });

  it("says what is wrong, and ends with 2", async () => {
    await using taken = await startTcpServer(() => undefined);
    const rules = join(folder, "bad.json");
    await writeFile(rules, '{"rules": [\n{"action": "dorp"}]}');
    const cases: readonly (readonly [readonly string[], string])[] = [
      [["--listen", String(taken.port)], `port ${taken.port} is in use`],
      [["--listen", "0", "--rules", rules], 'line 2: "action" is none of'],
      [
        ["--listen", "0", "--target", "ftp://x"],
        "--target: the scheme ftp:// is not a WebSocket's",
      ],
      [["--listen", "0", "--tls-cert", "x"], "--tls-cert and --tls-key go together"],
      [["--listen", "0", "--pcapng", "-"], "--pcapng: frames and talk have the output"],
    ];
    for (const [args, says] of cases) {
      const { status, stderr } = await runProgram(["proxy", ...args]);
      expect(stderr).toContain(says);
      expect(status).toBe(2);
    }
  });
});
