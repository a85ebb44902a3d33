import type { ConnectOptions, Message, Session } from "@wsecho/client";
import type { WireRecord } from "@wsecho/wire";
import { describe, expect, it } from "vitest";
import { createFeed, feedUrl } from "../../src/frames/feed.ts";
import { conversation, jsonl, recordsOf } from "../support/capture.ts";
import { createFakeSession, type FakeSession } from "../support/fake-session.ts";

const url = "ws://127.0.0.1:5678/inspect";
const records = recordsOf(conversation);

/** A feed whose server answers each command with what `answer` says. */
const createFixture = (answer: (command: string) => unknown = () => ({ paused: false })) => {
  let fake: FakeSession | undefined;
  const asked: string[] = [];
  const got: WireRecord[] = [];
  let own: string | undefined = "session-1";
  let deliver: (message: Message) => void = () => undefined;
  const next = (): Promise<IteratorResult<Message>> =>
    new Promise((resolve) => {
      deliver = (value) => resolve({ value, done: false });
    });
  const createSession = (to: string, options: ConnectOptions): Session => {
    fake = createFakeSession(to, options);
    return {
      ...fake.session,
      ask: ((command: string) => {
        asked.push(command);
        return Promise.resolve(answer(command)).then((said) => JSON.stringify(said));
      }) as Session["ask"],
      [Symbol.asyncIterator]: () => ({ next }),
    };
  };
  const feed = createFeed({
    createSession,
    ownSession: () => own,
    records: (batch) => got.push(...batch),
    now: () => 0,
  });
  feed.start({ url, credentials: { username: "ada", password: "p" }, allowInsecure: false });
  return {
    feed,
    asked,
    got,
    get fake() {
      if (fake === undefined) throw new Error("there is no session");
      return fake;
    },
    ready: () => fake?.emit({ type: "status", status: { kind: "ready", dialect: "v1" } }),
    become: (session: string | undefined) => {
      own = session;
      feed.follow();
    },
    deliver: (data: Uint8Array<ArrayBuffer>) => deliver({ kind: "binary", data }),
  };
};

describe("feedUrl", () => {
  it.each([
    ["ws://127.0.0.1:5678/", "ws://127.0.0.1:5678/inspect"],
    ["wss://example.org/behind/?token=x", "wss://example.org/behind/inspect"],
    ["ws://127.0.0.1:5678/echo", "ws://127.0.0.1:5678/inspect"],
  ])("of %s is %s", (of, is) => expect(feedUrl(of)).toBe(is));
});

describe("a feed", () => {
  it("asks for the page's own session as soon as it may, and again for its next one", async () => {
    const { feed, asked, ready, become } = createFixture();
    expect(feed.state.value.kind).toBe("connecting");
    ready();
    expect(feed.state.value.kind).toBe("live");
    await expect
      .poll(() => asked)
      .toEqual(['{"watch":{"session":"session-1"}}', '{"pause":false}']);
    become("session-2");
    expect(asked.at(2)).toBe('{"watch":{"session":"session-2"}}');
    feed.watch("all");
    become("session-3");
    expect(asked.filter((command) => command.includes("session-3"))).toEqual([]);
    expect(asked).toContain('{"watch":"all"}');
  });

  it("asks for all of one's own where the session has no name, as in plain", async () => {
    const { asked, ready, become } = createFixture();
    become(undefined);
    ready();
    await expect.poll(() => asked[0]).toBe('{"watch":"own"}');
  });

  it("is paused when the server says so, and stays so over a reconnect", async () => {
    const { feed, asked, fake, ready } = createFixture((command) => ({
      paused: command.includes('"pause":true'),
    }));
    ready();
    feed.pause(true);
    expect(feed.paused.value).toBe(false);
    await expect.poll(() => feed.paused.value).toBe(true);
    fake.emit({ type: "status", status: { kind: "waiting", dialect: "v1" } });
    expect(feed.state.value.kind).toBe("waiting");
    asked.length = 0;
    ready();
    await expect.poll(() => asked).toContain('{"pause":true}');
  });

  it("says what the server does not show", async () => {
    const { feed, ready } = createFixture((command) =>
      command.includes("all") ? { error: "needs the role admin" } : { paused: false },
    );
    ready();
    feed.watch("all");
    await expect.poll(() => feed.refused.value).toBe("needs the role admin");
    feed.watch("own");
    await expect.poll(() => feed.refused.value).toBeNull();
  });

  it("hands on records batch by batch, past what it does not know", async () => {
    const { got, ready, become, deliver } = createFixture();
    become(undefined);
    ready();
    const lines = `${jsonl(records)}{"v":1,"k":"novelty"}\n`;
    deliver(new TextEncoder().encode(lines));
    // The first line says what a file is.
    await expect.poll(() => got.length).toBe(records.length + 1);
    expect(got.slice(1)).toEqual(records);
  });

  it("does not double what a proxy tells anew after a reconnect", async () => {
    const { got, ready, become, deliver } = createFixture();
    become(undefined);
    const bytesOf = (text: string) => new TextEncoder().encode(text);
    const [stamp = "", ...lines] = jsonl(records).split(/(?<=\n)/);
    ready();
    deliver(bytesOf([stamp, ...lines.slice(0, 3)].join("")));
    await expect.poll(() => got.length).toBe(4);
    deliver(bytesOf(lines[3] ?? ""));
    await expect.poll(() => got.length).toBe(5);
    ready();
    deliver(bytesOf([stamp, ...lines].join("")));
    await expect.poll(() => got.length).toBe(1 + lines.length);
    expect(jsonl(got.slice(1))).toBe(jsonl(records));
  });

  it("does not double it either for whom it was stopped and started by hand, unless what came is gone", async () => {
    const { feed, got, ready, become, deliver } = createFixture();
    become(undefined);
    const lines = jsonl(records).split(/(?<=\n)/);
    const bytesOf = (count: number) => new TextEncoder().encode(lines.slice(0, count).join(""));
    const start = (): void => {
      feed.start({ url, credentials: null, allowInsecure: false });
      ready();
    };
    start();
    deliver(bytesOf(4));
    await expect.poll(() => got.length).toBe(4);
    feed.stop();
    start();
    deliver(bytesOf(5));
    await expect.poll(() => got.length).toBe(5);
    feed.stop();
    feed.forget();
    start();
    deliver(bytesOf(lines.length));
    await expect.poll(() => got.length).toBe(5 + lines.length);
  });

  it("shows of its session that alone, also before the server has answered the wish", async () => {
    const answers: ((said: unknown) => void)[] = [];
    const { got, ready, deliver } = createFixture(
      () => new Promise((resolve) => answers.push(resolve)),
    );
    const session = (conn: number, of: string): WireRecord => ({
      k: "note",
      ...{ t: 0, us: 0, conn, at: "server" },
      code: "session",
      says: "",
      session: of,
    });
    const message = (conn: number): readonly WireRecord[] =>
      recordsOf(conversation, conn).slice(-1);
    const say = (...said: readonly WireRecord[]): void =>
      deliver(new TextEncoder().encode(jsonl(said).replace(/^.*\n/, "")));
    ready();
    say(session(1, "session-1"), session(2, "session-9"), ...[1, 2, 3].flatMap(message));
    await expect.poll(() => got.map(({ conn }) => conn)).toEqual([1, 1]);
    answers[0]?.({ paused: false });
    await expect.poll(() => answers.length).toBe(2);
    // It sends nothing else now, and need not say whose a connection is.
    say(...message(4));
    await expect.poll(() => got.map(({ conn }) => conn)).toEqual([1, 1, 4]);
  });

  it("asks for credentials again where they are refused, and not where they are right", async () => {
    const { feed, fake } = createFixture();
    expect(await fake.demand()).toEqual({ username: "ada", password: "p" });
    const denied = { attemptsLeft: 2, retryAfterMs: 0 };
    const second = fake.demand({ denied });
    expect(feed.state.value.kind).toBe("asking");
    feed.answer({ username: "ada", password: "better" });
    expect(await second).toEqual({ username: "ada", password: "better" });
    expect(feed.state.value.kind).toBe("connecting");
  });

  it("tells whether it ever was live when it ends", () => {
    const fixture = createFixture();
    const { feed, ready } = fixture;
    const reason = { kind: "unreachable", detail: "" } as const;
    const stopped = { kind: "stopped", dialect: "v1", reason } as const;
    fixture.fake.emit({ type: "status", status: stopped });
    expect(feed.state.value).toMatchObject({ kind: "stopped", shown: false });
    feed.start({ url, credentials: null, allowInsecure: false });
    ready();
    fixture.fake.emit({ type: "closed", code: 4403, reason: "revoked" });
    fixture.fake.emit({ type: "status", status: stopped });
    expect(feed.state.value).toMatchObject({ shown: true, closed: { code: 4403 } });
  });

  it("says nothing more once it was stopped", () => {
    const { feed, fake, ready } = createFixture();
    feed.stop();
    expect(fake.closes).toHaveLength(1);
    ready();
    expect(feed.state.value.kind).toBe("off");
  });
});
