import { signal } from "@preact/signals";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everything } from "../../src/session/filter.ts";
import { noDrawer, type Drawer } from "../../src/store/browser-store.ts";
import { forgetAll } from "../../src/store/forget-all.ts";
import { createLoginKeeper, forgetful } from "../../src/store/kept-login.ts";
import { keepSessions, restoreSessions } from "../../src/store/kept-sessions.ts";
import { resumeLogin } from "../../src/store/resume-login.ts";
import { createSessions, maxSessions, type Sessions } from "../../src/store/sessions.ts";
import { createDrawer } from "../support/drawer.ts";
import { createFakeSession } from "../support/fake-session.ts";

/** `connected` gets the address of each connection that is opened. */
const createPage = (
  keeper = forgetful,
  connected: (url: string) => void = () => undefined,
): Sessions =>
  createSessions({
    createSession: (url, options) => {
      connected(url);
      return createFakeSession(url, options).session;
    },
    now: () => 0,
    schedule: () => undefined,
    pageProtocol: "http:",
    ownServer: "ws://h/",
    keeper,
    connections: noDrawer,
    bounds: () => ({ entries: 100, bytes: 1_000_000 }),
    onBatch: () => undefined,
  });

const hash = () => "#x";
const keep = (sessions: Sessions, drawer: Drawer, frames = signal(false)): void =>
  keepSessions({ sessions, drawer, frames }, hash);
const restore = (sessions: Sessions, drawer: Drawer, frames = signal(false)): string | null =>
  restoreSessions({ sessions, drawer, frames });

describe("the sessions of a page after a reload", () => {
  it("are the same, in order, with what was in view, and without secrets", () => {
    const drawer = createDrawer();
    const before = createPage();
    const frames = signal(false);
    keep(before, drawer, frames);
    const [first, second] = [before.active.value, before.open()];
    if (second === null) expect.fail("there is room for two");
    first.form.username.value = "ada";
    first.form.autoReconnect.value = true;
    first.draft.value = { mode: "json", text: "{}" };
    first.finder.filter.value = { ...everything, text: "x", type: "json", pinned: true };
    first.framesFilter.value = "opcode = ping";
    frames.value = true;
    first.login("s3cret");
    // What is typed for the next connection is not what the present one is.
    first.form.username.value = "somebody else";
    second.form.url.value = "wss://far.example/?token=s3cret&room=1";
    second.form.dialect.value = "raw";
    second.form.protocols.value = "chat, wsecho.bearer.s3cret";
    before.show(first);
    expect(drawer.text()).not.toContain("s3cret");

    const after = createPage();
    const shown = signal(false);
    expect(restore(after, drawer, shown)).toBe("#x");
    const [one, other] = after.list.value;
    expect(after.list.value).toHaveLength(2);
    expect(after.active.value).toBe(one);
    expect(one?.form.username.value).toBe("ada");
    expect(one?.form.autoReconnect.value).toBe(true);
    expect(one?.draft.value).toEqual({ mode: "json", text: "{}" });
    expect(one?.finder.filter.value).toEqual({ ...everything, text: "x", type: "json" });
    expect(one?.framesFilter.value).toBe("opcode = ping");
    expect(shown.value).toBe(true);
    expect(one?.target.value).toBeNull();
    expect(other?.form.url.value).toBe("wss://far.example/?room=1");
    expect(other?.form.protocols.value).toBe("chat");
  });

  it("are not kept while nobody has done anything, nor a draft that is very long", () => {
    const drawer = createDrawer();
    const page = createPage();
    keep(page, drawer);
    expect(drawer.text()).toBe("null");
    page.active.value.draft.value = { mode: "text", text: "a" };
    expect(drawer.text()).toContain('"a"');
    page.active.value.draft.value = { mode: "text", text: "x".repeat(100_000) };
    expect(drawer.text()).toBe("null");
  });

  it("are whatever of the storage makes sense", () => {
    const rubbish = fc.record({
      sessions: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())),
      active: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), rubbish), (kept) => {
        const page = createPage();
        restore(page, createDrawer(kept));
        expect(page.list.value).toHaveLength(1);
      }),
    );
    const target = { url: "", dialect: "v1", protocols: [], method: "password", username: "ada" };
    const page = createPage();
    const many = Array.from({ length: 30 }, () => ({ target }));
    restore(page, createDrawer({ sessions: many, active: 99 }));
    expect(page.list.value).toHaveLength(maxSessions);
    expect(page.list.value.at(-1)?.form.url.value).toBe("ws://h/");
  });

  it("go with all else that is forgotten, but for what the forms say", () => {
    const drawer = createDrawer();
    const page = createPage();
    keep(page, drawer);
    const { draft, finder, framesFilter } = page.active.value;
    draft.value = { mode: "text", text: "s3cret draft" };
    finder.filter.value = { ...everything, text: "s3cret words" };
    framesFilter.value = "s3cret expression";
    forgetAll(page);
    expect(drawer.text()).not.toContain("s3cret");
  });
});

describe("the login that stays", () => {
  const url = "wss://far.example/?ticket=s3cret&room=1";
  const keeper = createLoginKeeper(createDrawer({ url, username: "ada", token: "t" }));
  /** A page after a reload, whose sessions were those of `targets`, and where it connected to. */
  const reload = (...targets: readonly { readonly url: string; readonly username: string }[]) => {
    const kept = targets.map((target) => ({
      target: { ...target, dialect: "v1", protocols: [], method: "password" },
    }));
    const connected: string[] = [];
    const page = createPage(keeper, (to) => connected.push(to));
    restore(page, createDrawer({ sessions: kept, active: 0 }));
    resumeLogin(page, keeper);
    return { page, connected };
  };

  it("goes on in the session that had it, whose address was kept without its secrets", () => {
    const own = { url: "wss://far.example/?room=1", username: "ada" };
    const { page, connected } = reload({ url: "ws://h/", username: "bob" }, own);
    expect(connected).toEqual([url]);
    expect(page.list.value.map(({ target }) => target.value?.url)).toEqual([undefined, url]);
  });

  it("leaves sessions alone that came back and did not have it: it is another tab's", () => {
    const { page, connected } = reload({ url: "ws://h/", username: "bob" });
    expect(connected).toEqual([]);
    expect(page.active.value.form.username.value).toBe("bob");
  });

  it("goes on in a page where nothing came back", () => {
    expect(reload().connected).toEqual([url]);
  });
});
