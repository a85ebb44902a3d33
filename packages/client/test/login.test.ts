import { createVerifier, startScramServer } from "@wsecho/protocol/scram";
import { describe, expect, it, onTestFinished } from "vitest";
import type { WebSocket } from "ws";
import {
  connect,
  createSession,
  maxScramIterations,
  platformTransport,
  type ConnectOptions,
  type Transport,
} from "../src/index.ts";
import { loadScramCrypto } from "../src/crypto.ts";
import { wsTransport } from "../src/ws.ts";
import { owned } from "./support/owned.ts";
import { hello, say, speakPlain, speakV1, startPeer, type Said } from "./support/peer.ts";
import { isType, record } from "./support/record.ts";

const admin = { username: "admin", password: "PASSWORD-MARK" };

/** Reaches the peer under a name that is not this machine's. */
const elsewhere =
  (url: string): Transport =>
  (_url, protocols, listener) =>
    platformTransport(url, protocols, listener);

describe("a password", () => {
  it("[K2] does not cross an open line, and the error says what to do", async () => {
    for (const dialect of ["v1", "plain", "auto"] as const) {
      const heard: Said[] = [];
      const server = await startPeer((socket) => {
        socket.on("message", (data: Buffer) => heard.push({ type: data.toString() }));
        if (socket.protocol === "") speakPlain(socket);
        else speakV1(socket);
      });
      const log = record();
      const options: ConnectOptions = {
        ...admin,
        dialect,
        transport: elsewhere(server.url),
        onEvent: log.onEvent,
      };
      const failed = connect("ws://example.org/", options);
      await expect(failed).rejects.toMatchObject({ reason: { kind: "noCredentials" } });
      await expect(failed).rejects.toThrow(/wss:\/\/ URL.*allowInsecurePassword: true/);
      await expect(failed).rejects.not.toThrow(/MARK/);
      expect(heard).toEqual([]);
      expect(log.events.filter(isType("problem"))).toHaveLength(1);
    }
  });

  it("may be allowed to, and may over TLS or within the machine", async () => {
    for (const [url, allowInsecurePassword] of [
      ["ws://example.org/", true],
      ["wss://example.org/", false],
      ["ws://localhost/", false],
    ] as const) {
      const said: Said[] = [];
      const server = await startPeer((socket) =>
        speakV1(socket, (what) => {
          said.push(what);
          return false;
        }),
      );
      const transport = elsewhere(server.url);
      await using session = await connect(url, { ...admin, transport, allowInsecurePassword });
      expect(said).toMatchObject([{ mechanism: "plain", password: admin.password }]);
      expect(await session.ask("in")).toBe("in");
    }
  });

  it("does not cross any line where the server knows SCRAM", async () => {
    const heard: string[] = [];
    const server = await startPeer((socket) => {
      socket.on("message", (data: Buffer) => heard.push(data.toString()));
      void speakScram(socket);
    });
    const transport = elsewhere(server.url);
    await using session = await connect("ws://example.org/", { ...admin, transport });
    expect(await session.ask("in")).toBe("in");
    expect(heard.join()).toContain("scram-sha-256");
    expect(heard.join()).not.toContain("MARK");
    expect(JSON.stringify(session)).not.toContain("MARK");
  });
});

interface Cheats {
  readonly challenge?: (data: string) => string;
  /** What `ok` carries instead of the proof. */
  readonly proof?: (data: string) => string | undefined;
  /** Says `ok` instead of a challenge. */
  readonly skips?: boolean;
}

/** A v1 server that offers SCRAM alone, and may cheat. */
async function speakScram(socket: WebSocket, cheats: Cheats = {}): Promise<void> {
  const crypto = await loadScramCrypto();
  const verifier = await createVerifier(crypto, admin.password, {
    salt: new Uint8Array(16),
    iterations: 4096,
  });
  let exchange: ReturnType<typeof startScramServer> | undefined;
  const answer = async ({ type, data = "", id = 0, text = "" }: Scram): Promise<void> => {
    if (type === "submit") say(socket, { type: "echo", id, text });
    if (type === "auth" && cheats.skips === true) say(socket, { type: "ok", user: "admin" });
    else if (type === "auth") {
      exchange = startScramServer({
        crypto,
        serverNonce: "nonce-of-the-server",
        clientFirst: data,
      });
      if (!exchange.ok || !verifier.ok) throw new Error("the test's server is broken");
      const first = exchange.value.challenge(verifier.value, true);
      if (!first.ok) throw new Error(first.error.message);
      const { serverFirst } = first.value;
      say(socket, { type: "challenge", data: cheats.challenge?.(serverFirst) ?? serverFirst });
    } else if (type === "response" && exchange?.ok === true) {
      const verdict = await exchange.value.finish(data);
      if (!verdict.ok) throw new Error(verdict.error.message);
      const { serverFinal } = verdict.value;
      const proof = cheats.proof === undefined ? serverFinal : cheats.proof(serverFinal);
      const more = proof === undefined ? {} : { data: proof };
      say(socket, { type: "ok", user: "admin", ...more });
    }
  };
  socket.on("message", (message: Buffer) => void answer(JSON.parse(message.toString()) as Scram));
  say(socket, { ...hello, mechanisms: ["scram-sha-256"] });
}

interface Scram {
  readonly type: string;
  readonly data?: string;
  readonly id?: number;
  readonly text?: string;
}

describe("a server that does not know the password", () => {
  const cheats: Readonly<Record<string, readonly [Cheats, RegExp]>> = {
    "skips the exchange": [{ skips: true }, /without proof/],
    "gives no proof": [{ proof: () => undefined }, /did not prove/],
    "gives a wrong proof": [
      { proof: () => `v=${Buffer.alloc(32).toString("base64")}` },
      /proof is wrong/,
    ],
    "gives junk for a proof": [{ proof: () => "junk" }, /did not prove/],
    "answers another client": [
      { challenge: (data) => data.replace(/^r=...../, "r=XXXXX") },
      /nonce/,
    ],
    "asks for so few rounds that the password could be guessed": [
      { challenge: (data) => data.replace("i=4096", "i=1") },
      /too few iterations/,
    ],
    "asks for so many rounds that the client would freeze": [
      { challenge: (data) => data.replace("i=4096", `i=${String(maxScramIterations + 1)}`) },
      /more iterations than are allowed/,
    ],
    "challenges in junk": [{ challenge: () => "junk" }, /malformed/],
  };
  for (const [what, [cheat, why]] of Object.entries(cheats)) {
    it(`is not believed when it ${what}`, async () => {
      const server = await startPeer((socket) => void speakScram(socket, cheat));
      const log = record();
      const failed = connect(server.url, { ...admin, reconnect: true, onEvent: log.onEvent });
      await expect(failed).rejects.toMatchObject({ reason: { kind: "untrusted" } });
      await expect(failed).rejects.toThrow(why);
      await expect(failed).rejects.not.toThrow(/MARK/);
      expect(JSON.stringify(log.events)).not.toContain("MARK");
      expect(server.sockets).toHaveLength(1);
    });
  }
});

describe("the credentials function", () => {
  it("is told when its answer is no longer wanted", async () => {
    const server = await startPeer((socket) => say(socket, hello));
    const signals: AbortSignal[] = [];
    const asked = new Promise<void>((resolve) => {
      const session = createSession(server.url, {
        credentials: (_request, signal) => {
          signals.push(signal);
          resolve();
          return new Promise(() => undefined);
        },
      });
      onTestFinished(() => session.closed.then(() => undefined));
    });
    await asked;
    const [signal] = signals;
    expect(signal?.aborted).toBe(false);
    const told = new Promise((resolve) => signal?.addEventListener("abort", resolve));
    server.sockets[0]?.close(4408, "login took too long");
    await told;
  });

  it("is not told of the end when it has answered", async () => {
    const server = await startPeer((socket) => speakV1(socket));
    let signal: AbortSignal | undefined;
    const session = await connect(server.url, {
      credentials: (_request, given) => {
        signal = given;
        return admin;
      },
    });
    await session.close();
    expect(signal?.aborted).toBe(false);
  });

  it("may throw: the session ends with the error as its cause, not in its words", async () => {
    const server = await startPeer((socket) => speakV1(socket));
    const thrown = new Error("cannot open /home/ann/PASSWORD-MARK");
    const log = record();
    const failed = connect(server.url, {
      credentials: () => Promise.reject(thrown),
      onEvent: log.onEvent,
    });
    await expect(failed).rejects.toMatchObject({
      reason: { kind: "noCredentials" },
      cause: thrown,
    });
    await expect(failed).rejects.not.toThrow(/MARK/);
    expect(JSON.stringify(log.events)).not.toContain("MARK");
  });

  it("is asked instead of fixed credentials once those were refused", async () => {
    const passwords: unknown[] = [];
    const server = await startPeer((socket) =>
      speakV1(socket, (said) => {
        if (said.type !== "auth") return false;
        const { password } = said as unknown as { password: string };
        passwords.push(password);
        if (password === "right") return false;
        say(socket, { type: "denied", attemptsLeft: 3, retryAfterMs: 0 });
        return true;
      }),
    );
    const session = await connect(server.url, {
      username: "admin",
      password: "outdated",
      credentials: () => ({ username: "admin", password: "right" }),
      reconnect: true,
      random: () => 0,
    });
    owned(session);
    expect(await session.ask("first")).toBe("first");
    server.sockets[0]?.terminate();
    const again = session.ask("second", { resend: true });
    expect(await again).toBe("second");
    expect(passwords).toEqual(["outdated", "right", "right"]);
  });
});

describe("credentials", () => {
  it("that were refused for good end the session, with the time to wait", async () => {
    const server = await startPeer((socket) =>
      speakV1(socket, () => {
        say(socket, { type: "denied", attemptsLeft: 0, retryAfterMs: 60_000 });
        socket.close(4429, "too many login attempts");
        return true;
      }),
    );
    const failed = connect(server.url, { ...admin, reconnect: true });
    await expect(failed).rejects.toMatchObject({
      reason: { kind: "refused", attemptsLeft: 0, retryAfterMs: 60_000 },
    });
    await expect(failed).rejects.toThrow(/wait 60 s/);
  });

  it("that are missing end it with what to pass", async () => {
    const server = await startPeer((socket) => speakV1(socket));
    for (const options of [{}, { username: "admin" }, { password: "PASSWORD-MARK" }]) {
      const failed = connect(server.url, options);
      await expect(failed).rejects.toMatchObject({ reason: { kind: "noCredentials" } });
      await expect(failed).rejects.toThrow(/pass username and password/);
    }
  });

  it("that cannot be prepared are refused before they leave", async () => {
    const server = await startPeer((socket) => void speakScram(socket));
    const failed = connect(server.url, { username: "admin", password: "\u0000MARK" });
    await expect(failed).rejects.toMatchObject({ reason: { kind: "noCredentials" } });
    await expect(failed).rejects.toThrow(/password has a character/);
  });

  it("may travel in the handshake instead", async () => {
    const server = await startPeer((socket, request) => {
      say(socket, hello);
      if (request.headers.authorization === "Bearer abc") say(socket, { type: "ok", user: "ann" });
      else socket.close(4401, "not authenticated");
    });
    const options = (token: string): ConnectOptions => ({
      handshakeLogin: true,
      transport: wsTransport({ headers: { Authorization: `Bearer ${token}` } }),
    });
    await using session = await connect(server.url, options("abc"));
    expect(session.status.user).toBe("ann");
    await expect(connect(server.url, options("xyz"))).rejects.toMatchObject({
      reason: { kind: "closed", code: 4401 },
    });
  });
});
