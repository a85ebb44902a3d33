import { describe, expect, it } from "vitest";
import type { SessionEvent, Status } from "@wsecho/client";
import { noDrawer } from "../../src/store/browser-store.ts";
import { createConnections } from "../../src/store/connections.ts";
import { forgetful } from "../../src/store/kept-login.ts";
import { createStays } from "../../src/store/stay.ts";
import { createStore } from "../../src/store/store.ts";
import type { Stamped } from "../../src/session/view.ts";
import { createFakeSession, type FakeSession } from "../support/fake-session.ts";

const status = (kind: Status["kind"], more: Partial<Status> = {}): SessionEvent => ({
  type: "status",
  status: { kind, dialect: "v1", ...more },
});
const denied = { attemptsLeft: 3, retryAfterMs: 0 };

const createFixture = () => {
  const sessions: FakeSession[] = [];
  const batches: (readonly Stamped[])[] = [];
  const scheduled: (() => void)[] = [];
  let time = 1000;
  const store = createStore({
    id: 1,
    createSession: (url, options) => {
      const fake = createFakeSession(url, options);
      sessions.push(fake);
      return fake.session;
    },
    now: () => time++,
    schedule: (run) => scheduled.push(run),
    pageProtocol: "http:",
    ownServer: "ws://127.0.0.1:5678",
    stay: createStays(forgetful)(),
    fileRoom: () => 10,
    connections: createConnections(noDrawer),
    bounds: () => ({ entries: 10_000, bytes: 1_000_000 }),
    onBatch: (batch) => batches.push(batch),
  });
  const draw = (): void => scheduled.splice(0).forEach((run) => run());
  const session = (): FakeSession => {
    const last = sessions.at(-1);
    if (last === undefined) throw new Error("no session was started");
    return last;
  };
  /** Logged in, and drawn. */
  const ready = (): FakeSession => {
    store.form.username.value = "ada";
    store.login("secret");
    session().emit(status("ready", { user: "ada" }));
    draw();
    return session();
  };
  return { store, sessions, session, batches, draw, ready };
};

describe("login", () => {
  it("starts a session as the form says", async () => {
    const { store, session } = createFixture();
    store.form.url.value = "http://127.0.0.1:9999";
    store.form.dialect.value = "plain";
    store.form.username.value = "ada";
    store.form.allowInsecure.value = true;
    store.login("secret");
    const { url, options, demand } = session();
    expect(url).toBe("ws://127.0.0.1:9999/");
    expect(options).toMatchObject({
      dialect: "plain",
      reconnect: false,
      allowInsecurePassword: true,
    });
    expect(options).not.toHaveProperty("password");
    expect(await demand()).toEqual({ username: "ada", password: "secret" });
    expect(store.screen.value).toBe("login");
  });

  it("by the browser's certificate hands in nothing, and needs nothing to come back", async () => {
    const { store, session } = createFixture();
    store.form.method.value = "certificate";
    store.form.username.value = "ada";
    store.form.stay.value = true;
    store.login("");
    expect(session().options).toMatchObject({ handshakeLogin: true });
    expect(session().options).not.toHaveProperty("remember");
    expect(store.target.value?.username).toBe("");
    expect(await session().demand({ renewal: true })).toBeNull();
    expect(store.question.value).toBeNull();
    expect(store.keepsPassword.value).toBe(true);
    const before = session();
    store.reconnect(null);
    expect(session()).not.toBe(before);
    expect(session().options).toMatchObject({ handshakeLogin: true });
    store.form.method.value = "password";
    store.login("secret");
    expect(session().options).toMatchObject({ handshakeLogin: false });
    expect(await session().demand()).toEqual({ username: "ada", password: "secret" });
  });

  it("asks again before a password goes unencrypted to another server", () => {
    const { store } = createFixture();
    store.form.dialect.value = "plain";
    store.form.allowInsecure.value = true;
    store.form.url.value = "ws://other.example";
    expect(store.form.allowInsecure.value).toBe(false);
    store.form.allowInsecure.value = true;
    store.form.dialect.value = "v1";
    expect(store.form.allowInsecure.value).toBe(false);
  });

  it("shows the session once it is ready", () => {
    const { store, ready } = createFixture();
    ready();
    expect(store.screen.value).toBe("session");
    expect(store.target.value?.username).toBe("ada");
  });

  it("shows it also where it ends in the same moment, so that one sees why", () => {
    const { store, session, draw } = createFixture();
    store.login("secret");
    const { emit } = session();
    emit(status("ready"));
    emit({ type: "closed", code: 4403, reason: "refused" });
    emit(status("stopped", { reason: { kind: "closed", code: 4403, reason: "refused" } }));
    draw();
    expect(store.screen.value).toBe("session");
  });

  it("starts nothing with an address that will not do, until it is edited", () => {
    const { store, sessions } = createFixture();
    store.form.url.value = "ftp://x";
    store.login("secret");
    expect(sessions).toEqual([]);
    expect(store.formProblem.value).toBe("scheme");
    store.form.url.value = "ftp://xy";
    expect(store.formProblem.value).toBeNull();
  });

  it("answers a refusal on the same session, also as another user", async () => {
    const { store, sessions, session } = createFixture();
    store.form.username.value = "ada";
    store.login("wrong");
    await session().demand();
    const answer = session().demand({ denied });
    expect(store.question.value?.denied).toEqual(denied);
    store.form.username.value = "bob";
    store.login("right");
    expect(await answer).toEqual({ username: "bob", password: "right" });
    expect(store.target.value?.username).toBe("bob");
    expect(sessions).toHaveLength(1);
  });

  it("starts anew after a refusal where another server or dialect is chosen", async () => {
    const { store, sessions, session } = createFixture();
    store.login("wrong");
    await session().demand();
    const given = session().demand({ denied });
    store.form.dialect.value = "plain";
    store.login("right");
    expect(sessions).toHaveLength(2);
    expect(sessions[0]?.closes).toHaveLength(1);
    // The abandoned session gets nothing; the new one gets the password.
    expect(await given).toBeNull();
    expect(await session().demand()).toMatchObject({ password: "right" });
  });

  it("listens no longer to a session that it gave up", () => {
    const { store, session, draw } = createFixture();
    store.login("secret");
    const first = session();
    first.emit(status("connecting"));
    draw();
    store.cancel();
    first.emit(status("closing"));
    draw();
    expect(store.view.value.status).toBeNull();
    expect(first.closes).toHaveLength(1);
  });
});

describe("reconnect", () => {
  it("ends what was to be sent again and again, as the next server may be another", () => {
    const { store, ready } = createFixture();
    ready();
    store.repeater.start({ delayMs: 3_600_000, everyMs: 1, times: 2 }, () => true);
    store.reconnect("secret");
    expect(store.repeater.progress.value).toMatchObject({ done: 0, running: false });
  });

  it("opens the same session with the password that is given, and keeps the transcript", async () => {
    const { store, session, ready, draw } = createFixture();
    ready().emit(status("stopped", { reason: { kind: "closed", code: 1012, reason: "" } }));
    draw();
    const { entries } = store.view.value.transcript;
    store.form.url.value = "ws://elsewhere";
    store.form.username.value = "bob";
    store.reconnect("secret");
    expect(session().url).toBe("ws://127.0.0.1:5678/");
    expect(await session().demand()).toEqual({ username: "ada", password: "secret" });
    expect(store.view.value.transcript.entries).toEqual(entries);
    expect(store.view.value.status).toBeNull();
  });

  it("needs no password where it is kept, and asks where it is not", async () => {
    const { store, session, ready } = createFixture();
    store.form.autoReconnect.value = true;
    ready();
    expect(store.keepsPassword.value).toBe(true);
    store.reconnect(null);
    expect(session().options.reconnect).toBe(true);
    expect(await session().demand()).toEqual({ username: "ada", password: "secret" });
    store.leave();
    expect(store.keepsPassword.value).toBe(false);
    store.reconnect(null);
    void session().demand();
    expect(store.question.value).not.toBeNull();
  });
});

describe("leave", () => {
  it("says why in the close", () => {
    const { store, ready } = createFixture();
    const { closes } = ready();
    store.leave();
    expect(closes).toEqual([{ reason: "user exit" }]);
  });
});

describe("send", () => {
  it("sends texts and bytes", () => {
    const { store, ready } = createFixture();
    const { asked } = ready();
    store.send({ kind: "text", text: "hi" });
    store.send({ kind: "binary", data: new Uint8Array([1]) });
    expect(asked).toEqual([
      { kind: "text", text: "hi" },
      { kind: "binary", data: new Uint8Array([1]) },
    ]);
  });

  it("shows a message that never got its turn, but no outcome twice", async () => {
    const { store, ready, draw } = createFixture();
    const fake = ready();
    fake.fail({ kind: "lost" });
    store.send({ kind: "text", text: "seen by events" });
    fake.fail({ kind: "unsent" });
    store.send({ kind: "text", text: "never seen" });
    await Promise.resolve();
    await Promise.resolve();
    draw();
    expect(store.view.value.transcript.entries).toMatchObject([
      { kind: "loggedIn" },
      { kind: "sent", payload: { text: "never seen" }, fate: { kind: "unsent" } },
    ]);
  });
});

describe("a message that is too big for the server", () => {
  it("is said to be, where it was sent by other ways than the composer", async () => {
    const { store, ready, draw } = createFixture();
    ready().fail({ kind: "tooBig", bytes: 11, maxBytes: 10 });
    store.send({ kind: "text", text: "from an imported file" });
    await Promise.resolve();
    await Promise.resolve();
    draw();
    expect(store.view.value.transcript.entries).toMatchObject([
      { kind: "loggedIn" },
      { kind: "problem", detail: "failed" },
    ]);
  });
});

describe("what arrives", () => {
  it("is drawn in batches, with its own time, and told of", () => {
    const { store, batches, ready, draw } = createFixture();
    const { emit } = ready();
    for (const text of ["a", "b"]) emit({ type: "received", payload: { kind: "text", text } });
    expect(store.view.value.transcript.entries).toHaveLength(1);
    draw();
    const [, a, b] = store.view.value.transcript.entries;
    expect((b?.at ?? 0) - (a?.at ?? 0)).toBe(1);
    expect(batches.map((batch) => batch.length)).toEqual([1, 2]);
  });

  it("is bounded", () => {
    const { store, ready, draw } = createFixture();
    const { emit } = ready();
    const payload = { kind: "text", text: "x" } as const;
    for (let i = 0; i < 12_000; i++) emit({ type: "received", payload });
    draw();
    expect(store.view.value.transcript).toMatchObject({ dropped: 2001 });
    expect(store.view.value.transcript.entries).toHaveLength(10_000);
  });

  it("can be cleared", () => {
    const { store, ready } = createFixture();
    ready().emit({ type: "received", payload: { kind: "text", text: "x" } });
    store.clearTranscript();
    expect(store.view.value.transcript.entries).toEqual([]);
  });
});
