import { startTeam, type Team } from "@wsecho/testkit/team";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  bearerTransport,
  connect,
  createSession,
  platformTransport,
  type ConnectOptions,
  type CredentialsRequest,
  type Transport,
} from "../src/index.ts";
import { wsTransport } from "../src/ws.ts";
import { startDemo } from "./support/demo.ts";
import { isType, record } from "./support/record.ts";

const ada = { username: "ada", password: "PASSWORD-MARK" };

let team: Team;
beforeAll(async () => {
  team = await startTeam({ users: { ada: ada.password } });
});
afterAll(() => team[Symbol.asyncDispose]());

const basic = `Basic ${Buffer.from(`${ada.username}:${ada.password}`).toString("base64")}`;

describe("a login at the handshake", () => {
  it.each(["v1", "plain"] as const)("by header, in %s, asks for nothing", async (dialect) => {
    const token = await team.tokenFor("ada");
    for (const Authorization of [basic, `Bearer ${token}`]) {
      const asked: CredentialsRequest[] = [];
      await using session = await connect(team.url, {
        dialect,
        handshakeLogin: true,
        transport: wsTransport({ headers: { Authorization } }),
        credentials: (request) => {
          asked.push(request);
          return null;
        },
      });
      expect(await session.ask("hello")).toBe("hello");
      expect(await session.ask(Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2));
      if (dialect === "v1") expect(session.status.user).toBe("ada");
      expect(asked).toEqual([]);
    }
  });

  it.each([
    ["Node's own WebSocket", platformTransport],
    ["ws", wsTransport()],
  ])("by a subprotocol entry, over %s", async (_, inner) => {
    const token = await team.tokenFor("ada");
    const transport = bearerTransport(() => token, inner);
    await using session = await connect(team.url, { handshakeLogin: true, transport });
    expect(session.status.user).toBe("ada");
    expect(await session.ask("hello")).toBe("hello");
  });

  it("that is refused says how, as far as the way in lets one see", async () => {
    const transport = wsTransport({ headers: { Authorization: "Bearer none" } });
    await expect(connect(team.url, { handshakeLogin: true, transport })).rejects.toThrow(
      /HTTP 401/,
    );
    const page = connect(team.url, { handshakeLogin: true, transport: bearerTransport("none") });
    await expect(page).rejects.toMatchObject({
      reason: { kind: "closed", code: 4401, reason: "not authenticated" },
    });
    await expect(page).rejects.toThrow(/the token is expired, revoked or none of this server's/);
  });

  it("[K2] by a subprotocol entry does not cross an open line, nor pretend to in plain", async () => {
    const opened: string[] = [];
    const spy: Transport = (url, ...rest) => {
      opened.push(url);
      return platformTransport(url, ...rest);
    };
    const options: ConnectOptions = {
      handshakeLogin: true,
      transport: bearerTransport("TOKEN-MARK", spy),
    };
    await expect(connect("ws://example.org/", options)).rejects.toThrow(/wss:\/\//);
    await expect(connect(team.url, { ...options, dialect: "plain" })).rejects.toThrow(/v1/);
    expect(opened).toEqual([]);
  });
});

describe("a renewal", () => {
  it("by new tokens keeps a session beyond the end of the first", async () => {
    // A program issues each, which may take a while: it begins when the one before was asked for.
    const times = ["6s", "8s", "60s"];
    const issue = (): Promise<string | null> => {
      const time = times.shift();
      return time === undefined ? Promise.resolve(null) : team.tokenFor("ada", time);
    };
    let next = issue();
    const requests: boolean[] = [];
    let enough = (): void => undefined;
    const third = new Promise<void>((resolve) => (enough = resolve));
    const { events, onEvent } = record();
    await using session = await connect(team.url, {
      credentials: async ({ renewal }) => {
        const token = await next;
        next = issue();
        if (requests.push(renewal) === 3) enough();
        return token === null ? null : { token };
      },
      onEvent,
    });
    await third;
    expect(requests).toEqual([false, true, true]);
    // The second renewal comes when the first token is no longer good.
    expect(await session.ask("still here")).toBe("still here");
    expect(events.filter(isType("closed"))).toEqual([]);
    expect(session.status.kind).toBe("ready");
  });

  it("that brings nothing new ends with 4401", async () => {
    const token = await team.tokenFor("ada", "3s");
    const session = await connect(team.url, { token });
    expect(await session.closed).toEqual({ kind: "closed", code: 4401, reason: "session expired" });
  });

  it("by a password goes on by itself", async () => {
    await using strict = await startTeam({
      users: { ada: ada.password },
      // A fifth of it is left for a renewal, which a busy machine may keep for a while.
      flags: ["--login-lifetime", "3s"],
    });
    const requests: boolean[] = [];
    let enough = (): void => undefined;
    const renewed = new Promise<void>((resolve) => (enough = resolve));
    const { events, onEvent } = record();
    await using session = await connect(strict.url, {
      onEvent,
      credentials: ({ renewal }) => {
        requests.push(renewal);
        if (requests.length === 3) enough();
        return ada;
      },
    });
    await renewed;
    expect(await session.ask("still here")).toBe("still here");
    expect(requests.slice(0, 3)).toEqual([false, true, true]);
    const told = events.filter(isType("loginEnds"));
    // With the login and with each renewal, before the next one begins.
    expect(told.slice(0, 2)).toEqual(Array(2).fill({ type: "loginEnds", inMs: 3000 }));
  });
});

describe("a login that is to be remembered", () => {
  const remembering = async (url: string, options: ConnectOptions = {}) => {
    const tokens: string[] = [];
    const { events, onEvent } = record();
    const remember = { forMs: 60_000, take: (token: string) => void tokens.push(token) };
    const session = await connect(url, { ...ada, remember, onEvent, ...options });
    await session.close();
    return { tokens, problems: events.filter(isType("problem")), events };
  };

  it("[K17] brings a token, by which the next one needs no password", async () => {
    const { tokens, problems, events } = await remembering(team.url);
    expect(problems).toEqual([]);
    expect(tokens).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain(tokens[0]);
    await using session = await connect(team.url, { token: tokens[0] ?? "" });
    expect(session.status.user).toBe("ada");
  });

  it("brings none where nobody asked, or the login is by a token", async () => {
    const [token = ""] = (await remembering(team.url)).tokens;
    const take = () => expect.unreachable("a token that nobody asked for");
    await (await connect(team.url, ada)).close();
    await (await connect(team.url, { token, remember: { forMs: 60_000, take } })).close();
  });

  it("says so where the server gives none", async () => {
    await using demo = await startDemo();
    const admin = { username: "admin", password: "123456" };
    for (const dialect of ["v1", "plain"] as const) {
      const { tokens, problems } = await remembering(demo.url, { ...admin, dialect });
      expect(tokens).toEqual([]);
      expect(problems).toEqual([
        { type: "problem", detail: expect.stringContaining("the server gives none") as string },
      ]);
    }
  });

  it("[K17] asks for none on a line that anybody can read", async () => {
    const elsewhere: Transport = (_url, protocols, listener) =>
      platformTransport(team.url, protocols, listener);
    const { tokens, problems } = await remembering("ws://example.org/", { transport: elsewhere });
    expect(tokens).toEqual([]);
    expect(problems[0]?.detail).toContain("unencrypted");
  });

  it("goes on where what takes the token fails, and that failure surfaces", async () => {
    const failure = new Error("storage is full");
    const surfaced = new Promise((resolve) => {
      const listeners = process.listeners("uncaughtException");
      process.removeAllListeners("uncaughtException");
      process.once("uncaughtException", (error) => {
        for (const listener of listeners) process.on("uncaughtException", listener);
        resolve(error);
      });
    });
    const take = (): never => {
      throw failure;
    };
    await using session = await connect(team.url, { ...ada, remember: { forMs: 60_000, take } });
    expect(await session.ask("hello")).toBe("hello");
    expect(await surfaced).toBe(failure);
  });

  it("refuses a time that is none", () => {
    const remember = { forMs: 0, take: () => undefined };
    expect(() => createSession(team.url, { remember })).toThrow(RangeError);
  });
});
