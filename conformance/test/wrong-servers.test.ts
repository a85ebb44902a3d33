import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer, demoUsers } from "@wsecho/server";
import { afterAll, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { cases } from "../src/cases.ts";
import { caseNamed, failuresOf, run, targetOf } from "./support/target.ts";
import { startProxy, type Fault, type Message } from "./support/proxy.ts";

const good = createServer({ port: 0, users: await demoUsers() });
const { url: upstream } = await good.listen();
afterAll(() => good.close());

type Json = Readonly<Record<string, unknown>>;

/** Changes v1 messages of one type; `undefined` drops them. */
const onType =
  (type: string, change: (message: Json) => Json | undefined): NonNullable<Fault["fromServer"]> =>
  () =>
  (message, send) => {
    const json = parse(message);
    if (json?.["type"] !== type) {
      send(message);
      return;
    }
    const changed = change(json);
    if (changed !== undefined) send({ kind: "text", text: JSON.stringify(changed) });
  };

function parse(message: Message): Json | undefined {
  try {
    return message.kind === "text" ? (JSON.parse(message.text) as Json) : undefined;
  } catch {
    return undefined;
  }
}

const onText =
  (change: (text: string) => string): NonNullable<Fault["fromServer"]> =>
  () =>
  (message, send) =>
    send(message.kind === "text" ? { kind: "text", text: change(message.text) } : message);

/** Each fault, and a vector that has to see it. */
const faults: readonly (readonly [what: string, id: string, fault: Fault])[] = [
  ["greets in plain", "plain-silent", { greeting: "Request served by 4d89" }],
  [
    "says \\n for \\r\\n",
    "plain-login",
    { fromServer: onText((text) => text.replace("\r\n", "\n")) },
  ],
  [
    "splits the login at every colon",
    "plain-no-further-colon",
    {
      fromClient: () => (message, send) =>
        send(
          message.kind === "text" && message.text.startsWith("admin:")
            ? { kind: "text", text: message.text.split(":").slice(0, 2).join(":") }
            : message,
        ),
    },
  ],
  [
    "takes a binary message for a login",
    "plain-binary-login",
    {
      fromClient: () => (message, send) =>
        send(message.kind === "binary" ? { kind: "text", text: message.data.toString() } : message),
    },
  ],
  ["trims texts", "plain-echo", { fromServer: onText((text) => text.trimEnd()) }],
  ["normalizes texts", "v1-echo", { fromServer: onText((text) => text.normalize("NFC")) }],
  [
    "answers binary with text",
    "v1-binary",
    {
      fromServer: () => (message, send) =>
        send(message.kind === "binary" ? { kind: "text", text: message.data.toString() } : message),
    },
  ],
  [
    "echoes twice",
    "plain-login",
    {
      fromServer: () => (message, send) => {
        send(message);
        send(message);
      },
    },
  ],
  [
    "turns the order of replies round",
    "v1-order",
    {
      fromServer: () => {
        let held: Message | undefined;
        return (message, send) => {
          if (parse(message)?.["type"] === "echo" && held === undefined) held = message;
          else {
            send(message);
            if (held !== undefined) send(held);
            held = undefined;
          }
        };
      },
    },
  ],
  ["selects no subprotocol where wsecho.v1 is offered", "handshake-v1", { select: () => null }],
  ["takes an unknown subprotocol for plain", "handshake-unknown", { select: () => null }],
  [
    "selects the first that is offered",
    "handshake-bearer-first",
    { select: (header) => header?.split(",")[0]?.trim() ?? null },
  ],
  ["does not greet in v1", "v1-hello", { fromServer: onType("hello", () => undefined) }],
  [
    "greets without limits",
    "v1-hello",
    { fromServer: onType("hello", ({ limits: _, ...hello }) => hello) },
  ],
  [
    "leaves its SCRAM signature out",
    "v1-login-scram",
    { fromServer: onType("ok", ({ data: _, ...ok }) => ok) },
  ],
  [
    "signs with another key",
    "v1-login-scram",
    { fromServer: onType("ok", (ok) => ({ ...ok, data: `v=${"A".repeat(43)}=` })) },
  ],
  [
    "asks for too few iterations",
    "v1-login-scram",
    {
      fromServer: onType("challenge", (challenge) => ({
        ...challenge,
        data: String(challenge["data"]).replace(/i=\d+/, "i=1"),
      })),
    },
  ],
  [
    "adds nothing to the client's nonce",
    "v1-login-scram",
    {
      fromServer: onType("challenge", (challenge) => ({
        ...challenge,
        data: String(challenge["data"]).replace(/^(r=.{24})[^,]*/, "$1"),
      })),
    },
  ],
  [
    "salts unknown users anew each time",
    "v1-scram-unknown",
    {
      fromServer: onType("challenge", (challenge) => ({
        ...challenge,
        data: String(challenge["data"]).replace(
          /s=[^,]*/,
          `s=${Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64")}`,
        ),
      })),
    },
  ],
  [
    "tells unknown users from wrong passwords",
    "v1-scram-unknown",
    {
      fromServer: onType("challenge", (challenge) => ({ ...challenge, type: "denied" })),
    },
  ],
  [
    "counts no attempts",
    "v1-denied",
    { fromServer: onType("denied", (denied) => ({ ...denied, attemptsLeft: 99 })) },
  ],
  [
    "says null for what is absent",
    "v1-login-plain",
    { fromServer: onType("ok", (ok) => ({ ...ok, expiresInMs: null })) },
  ],
  [
    "closes without saying why",
    "v1-duplicate-id",
    { fromServer: onType("error", () => undefined) },
  ],
  [
    "repeats the wrong value",
    "v1-malformed-quiet",
    { fromServer: onType("error", (error) => ({ ...error, message: "password 123456 is wrong" })) },
  ],
  ["closes with 1000 whatever happened", "v1-duplicate-id", { onClose: () => [1000, ""] }],
  ["closes with another reason", "plain-attempts", { onClose: (code) => [code, "go away"] }],
  [
    "numbers repeated submits by itself",
    "v1-duplicate-id",
    {
      fromClient: () => {
        let id = 0;
        return (message, send) => {
          const json = parse(message);
          if (json?.["type"] !== "submit") send(message);
          else send({ kind: "text", text: JSON.stringify({ ...json, id: ++id }) });
        };
      },
    },
  ],
  [
    "ignores what is malformed",
    "client-unknown-type",
    {
      fromClient: () => (message, send) => {
        if (parse(message)?.["type"] !== "subscribe") send(message);
      },
    },
  ],
  ["answers no ping", "v1-ping", { fromServer: onType("pong", () => undefined) }],
  [
    "drops what comes before the verdict",
    "plain-before-verdict",
    {
      fromClient: () => {
        let asked = false;
        return (message, send) => {
          if (!asked) send(message);
          asked = true;
        };
      },
    },
  ],
  [
    "says a message that v1 does not have",
    "v1-login-plain",
    { fromServer: onType("ok", (ok) => ({ ...ok, type: "welcome" })) },
  ],
];

describe("a server that", () => {
  it("is only handed through passes all that it is tested with here", async () => {
    await using proxy = await startProxy(upstream, {});
    const ids = [...new Set(faults.map(([, id]) => id))];
    const results = await run(ids.map(caseNamed), targetOf(proxy.url));
    expect(failuresOf(results)).toEqual([]);
  });

  it.each(faults)("%s is caught by %s", async (_, id, fault) => {
    await using proxy = await startProxy(upstream, fault);
    const results = await run([caseNamed(id)], targetOf(proxy.url, { timeoutMs: 1000 }));
    expect(results).toMatchObject([{ id, outcome: "failed" }]);
  });
});

describe("somebody else's server", () => {
  async function judge(setUp: (server: WebSocketServer) => void): Promise<readonly string[]> {
    const http = createHttpServer();
    setUp(new WebSocketServer({ server: http }));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = http.address() as AddressInfo;
      const target = targetOf(`ws://127.0.0.1:${port}`, { timeoutMs: 300 });
      return failuresOf(await run(cases, target)).map(({ id }) => id);
    } finally {
      http.closeAllConnections();
      http.close();
    }
  }

  it("that is a bare echo fails in both dialects", async () => {
    const failed = await judge((server) =>
      server.on("connection", (socket) => {
        socket.on("error", () => undefined);
        socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
      }),
    );
    for (const id of ["plain-login", "plain-refused", "plain-binary-login", "v1-hello"])
      expect(failed).toContain(id);
    for (const id of ["handshake-unknown", "v1-submit-before-login", "client-words"])
      expect(failed).toContain(id);
  });

  it("that echoes before the login fails", async () => {
    const failed = await judge((server) =>
      server.on("connection", (socket) => {
        socket.on("error", () => undefined);
        socket.on("message", (data: Buffer) => socket.send(`your submit context: ${String(data)}`));
      }),
    );
    for (const id of ["plain-login", "plain-no-colon", "plain-empty-login"])
      expect(failed).toContain(id);
  });

  it("that lets everybody in fails", async () => {
    const limits = {
      maxMessageBytes: 1_000_000,
      maxLoginBytes: 1000,
      maxAttempts: 3,
      authTimeoutMs: 1000,
      idleTimeoutMs: 1000,
    };
    const mechanisms = ["scram-sha-256", "plain"];
    const failed = await judge((server) =>
      server.on("connection", (socket) => {
        socket.on("error", () => undefined);
        const say = (message: object): void => socket.send(JSON.stringify(message));
        say({ type: "hello", mechanisms, limits, features: [] });
        socket.on("message", () => say({ type: "ok", user: "admin" }));
      }),
    );
    for (const id of ["v1-denied", "v1-login-scram", "v1-scram-tampered-proof", "v1-attempts"])
      expect(failed).toContain(id);
  });

  it("that is no WebSocket server fails every handshake", async () => {
    const http = createHttpServer((_, response) => response.end("hello"));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const { port } = http.address() as AddressInfo;
    const results = await run(cases, targetOf(`ws://127.0.0.1:${port}`, { timeoutMs: 300 }));
    http.closeAllConnections();
    http.close();
    expect(results.filter(({ outcome }) => outcome === "passed")).toEqual([]);
  });
});
