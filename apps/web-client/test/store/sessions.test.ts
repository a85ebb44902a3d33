import { describe, expect, it } from "vitest";
import type { SessionEvent } from "@wsecho/client";
import { noDrawer } from "../../src/store/browser-store.ts";
import { forgetful } from "../../src/store/kept-login.ts";
import { createSessions, maxSessions } from "../../src/store/sessions.ts";
import type { Store } from "../../src/store/types.ts";
import { createFakeSession, type FakeSession } from "../support/fake-session.ts";

const received: SessionEvent = { type: "received", payload: { kind: "text", text: "x" } };
const bounds = { entries: 100, bytes: 1_000_000 };

const createFixture = () => {
  const made: FakeSession[] = [];
  const told: Store[] = [];
  const scheduled: (() => void)[] = [];
  const sessions = createSessions({
    createSession: (url, options) => {
      const fake = createFakeSession(url, options);
      made.push(fake);
      return fake.session;
    },
    now: () => 0,
    schedule: (run) => scheduled.push(run),
    pageProtocol: "http:",
    ownServer: "ws://h/",
    keeper: forgetful,
    connections: noDrawer,
    bounds: () => bounds,
    onBatch: (session) => told.push(session),
  });
  const draw = (): void => scheduled.splice(0).forEach((run) => run());
  /** Logged in, in view. */
  const logIn = (username: string): { readonly store: Store; readonly fake: FakeSession } => {
    const store = sessions.active.value;
    store.form.username.value = username;
    store.login("secret");
    const fake = made.at(-1);
    if (fake === undefined) throw new Error("no session was started");
    fake.emit({ type: "status", status: { kind: "ready", dialect: "v1", user: username } });
    draw();
    return { store, fake };
  };
  const receive = ({ emit }: FakeSession, count: number): void => {
    for (let i = 0; i < count; i++) emit(received);
    draw();
  };
  return { sessions, told, draw, logIn, receive };
};

const held = ({ list }: { readonly list: { readonly value: readonly Store[] } }) =>
  list.value.map(({ view }) => view.value.transcript.entries.length);

describe("several sessions", () => {
  it("each have what is theirs: form, user, transcript, draft", () => {
    const { sessions, logIn, receive } = createFixture();
    const ada = logIn("ada");
    ada.store.draft.value = { mode: "text", text: "for ada" };
    sessions.open();
    const bob = logIn("bob");
    receive(ada.fake, 3);
    expect(sessions.list.value).toEqual([ada.store, bob.store]);
    expect(held(sessions)).toEqual([4, 1]);
    expect(bob.store.draft.value.text).toBe("");
    expect([ada.store, bob.store].map(({ view }) => view.value.status?.user)).toEqual([
      "ada",
      "bob",
    ]);
  });

  it("count what came while they were out of view", () => {
    const { sessions, logIn, receive } = createFixture();
    const ada = logIn("ada");
    receive(ada.fake, 2);
    expect(sessions.unread(ada.store)).toBe(0);
    sessions.open();
    receive(ada.fake, 3);
    expect(sessions.unread(ada.store)).toBe(3);
    sessions.show(ada.store);
    expect(sessions.unread(ada.store)).toBe(0);
  });

  it("hold no more together than one alone may", () => {
    const { sessions, logIn, receive } = createFixture();
    const ada = logIn("ada");
    receive(ada.fake, 80);
    sessions.open();
    const bob = logIn("bob");
    receive(bob.fake, 500);
    const [a = 0, b = 0] = held(sessions);
    expect(a + b).toBeLessThanOrEqual(bounds.entries * 1.1);
    expect(Math.min(a, b)).toBeGreaterThan(40);
    expect(ada.store.view.value.transcript.dropped).toBeGreaterThan(0);
  });

  it("are closed one by one: the neighbour comes into view, the server hears a goodbye", () => {
    const { sessions, told, logIn, receive } = createFixture();
    const ada = logIn("ada");
    sessions.open();
    const bob = logIn("bob");
    sessions.close(bob.store);
    expect(bob.fake.closes).toHaveLength(1);
    expect(ada.fake.closes).toHaveLength(0);
    expect(sessions.active.value).toBe(ada.store);
    told.length = 0;
    receive(bob.fake, 1);
    expect(told).toEqual([]);
    // The only one stays.
    sessions.close(ada.store);
    expect(sessions.list.value).toEqual([ada.store]);
  });

  it("are no more than a person oversees", () => {
    const { sessions } = createFixture();
    while (sessions.open() !== null);
    expect(sessions.list.value).toHaveLength(maxSessions);
  });
});
