import {
  connect,
  createSession,
  type ConnectOptions,
  type CredentialsRequest,
  type Message,
  type Session,
} from "../../src/index.ts";
import { fails, ok, same } from "./check.ts";
import { record } from "./record.ts";

/** Where a check runs: a demo server, and the options that choose a transport. */
export interface Setting {
  readonly url: string;
  readonly options: ConnectOptions;
}

/** What every transport and platform owes, against a real server. Also bundled for the browser. */
export type Check = (setting: Setting) => Promise<void>;

const admin = { username: "admin", password: "123456" } as const;

const login = ({ url, options }: Setting, more: ConnectOptions = {}): Promise<Session> =>
  connect(url, { ...admin, ...options, ...more });

const take = async (session: AsyncIterable<Message>, count: number): Promise<Message[]> => {
  const taken: Message[] = [];
  if (count === 0) return taken;
  for await (const message of session) {
    taken.push(message);
    if (taken.length === count) break;
  }
  return taken;
};

const texts = ["hello", "", "🎉 grüße 你好", "a\r\n\u0000\u2028b", "x".repeat(64 * 1024)];

export const contract: Readonly<Record<string, Check>> = {
  "asks and gets its text back": async (setting) => {
    await using session = await login(setting);
    for (const text of texts) same(await session.ask(text), text);
    const { maxMessageBytes, session: id, ...status } = session.status;
    same(status, { kind: "ready", dialect: "v1", user: "admin" });
    same(id?.length, 36);
    same(maxMessageBytes, 1024 * 1024);
  },

  "asks and gets its bytes back, whatever becomes of the caller's array": async ({
    url,
    options,
  }) => {
    await using session = createSession(url, { ...admin, ...options });
    const data = Uint8Array.from({ length: 70_000 }, (_, i) => i % 256);
    const expected = data.slice();
    // Nothing can have left yet.
    const asked = session.ask(data);
    data.fill(0);
    same(await asked, expected);
    same(await session.ask(new Uint8Array()), new Uint8Array());
  },

  "speaks plain": async (setting) => {
    await using session = await login(setting, { dialect: "plain" });
    for (const text of texts) same(await session.ask(text), text);
    same(await session.ask(Uint8Array.of(1, 2, 3)), Uint8Array.of(1, 2, 3));
    same(session.status, { kind: "ready", dialect: "plain" });
  },

  "prefers v1 where the server knows both": async (setting) => {
    await using session = await login(setting, { dialect: "auto" });
    same(session.status.dialect, "v1");
  },

  "asks ten thousand things at once, in order": async (setting) => {
    const log = record();
    await using session = await login(setting, { onEvent: log.onEvent });
    const all = Array.from({ length: 10_000 }, (_, i) => `message ${String(i)}`);
    same(await Promise.all(all.map((text) => session.ask(text))), all);
    const settled = log.events.filter(({ type }) => type === "settled");
    same(settled.length, all.length, "outcomes");
  },

  "sends, and receives the replies in order by iterating": async (setting) => {
    await using session = await login(setting);
    await session.send("one");
    await session.send(Uint8Array.of(2));
    await session.send("three");
    const [one, two, three] = await take(session, 3);
    same(one?.kind === "text" && one.text, "one");
    same(two?.kind === "binary" && two.data, Uint8Array.of(2));
    same(three?.kind === "text" && three.text, "three");
    same([one?.id, two?.id, three?.id], [1, 2, 3]);
    ok((one?.rttMs ?? -1) >= 0, "a reply has its time");
  },

  "keeps at most bufferMessages unread, however fast the sender": async (setting) => {
    const bufferMessages = 16;
    await using session = await login(setting, { bufferMessages });
    let accepted = 0;
    let read = 0;
    let lead = 0;
    const sending = (async () => {
      for (let i = 0; i < 500; i += 1) {
        await session.send(String(i));
        accepted += 1;
        lead = Math.max(lead, accepted - read);
      }
    })();
    for await (const message of session) {
      same(message.kind === "text" && message.text, String(read));
      read += 1;
      if (read === 500) break;
    }
    await sending;
    // The message in the reader's hand is not in the buffer any more, but not counted as read yet.
    ok(lead <= bufferMessages + 1, `${String(lead)} messages were ahead of the reader`);
    same(session.dropped, 0, "dropped");
  },

  "shares the messages among several iterators, and keeps what a break leaves": async (setting) => {
    await using session = await login(setting);
    for (const text of ["1", "2", "3", "4"]) await session.send(text);
    const first = session[Symbol.asyncIterator]();
    const second = session.messages();
    const got = await Promise.all([first.next(), second.next(), first.next()]);
    same(
      got.map(({ value }) => (value as { readonly text?: string }).text),
      ["1", "2", "3"],
    );
    await first.return?.();
    same(await first.next(), { done: true }, "an iterator that was left");
    same(
      (await take(session, 1)).map((m) => m.kind === "text" && m.text),
      ["4"],
    );
    same((await second.return?.()) ?? null, { done: true });
  },

  "ends its iterators when it is closed from this side": async (setting) => {
    const session = await login(setting);
    await session.send("unread");
    const waiting = (async () => {
      const seen: Message[] = [];
      for await (const message of session) seen.push(message);
      return seen.length;
    })();
    await session.ask("the reply to the send came before this");
    await session.close();
    same(await waiting, 1);
    same(await session.messages().next(), { done: true });
  },

  "refuses a wrong password with what to do": async (setting) => {
    const session = createSession(setting.url, {
      ...setting.options,
      username: "admin",
      password: "not-the-password",
    });
    const error = await fails(session.ready, "refused");
    ok(!error.message.includes("not-the-password"), "no secret in the message");
    same((await session.closed).kind, "refused");
    same(session.status.kind, "stopped");
  },

  "asks again for credentials after a refusal": async (setting) => {
    const asked: CredentialsRequest[] = [];
    await using session = await connect(setting.url, {
      ...setting.options,
      username: "admin",
      password: "wrong",
      credentials: (request) => {
        asked.push(request);
        return asked.length === 1 ? { username: "admin", password: "wronger" } : admin;
      },
    });
    same(await session.ask("in"), "in");
    same(
      asked.map(({ denied, renewal, dialect }) => [denied !== null, renewal, dialect]),
      [
        [true, false, "v1"],
        [true, false, "v1"],
      ],
    );
    ok(asked[0]?.mechanisms.includes("scram-sha-256") === true, "the server offers SCRAM");
  },

  "gives up when the credentials function does": async (setting) => {
    const options = { ...setting.options, credentials: () => null };
    await fails(connect(setting.url, options), "noCredentials");
    await fails(connect(setting.url, { ...options, ...admin, password: "no" }), "refused");
  },

  "ends a connect that is aborted before, during and after it": async (setting) => {
    const before = login(setting, { signal: AbortSignal.abort("why") });
    same((await fails(before, "aborted")).cause, "why");

    for (const stage of ["connecting", "greeting", "authenticating"]) {
      const during = new AbortController();
      const connecting = createSession(setting.url, {
        ...admin,
        ...setting.options,
        signal: during.signal,
        onEvent: (event) => {
          if (event.type === "status" && event.status.kind === stage) during.abort();
        },
      });
      await fails(connecting.ready, "aborted");
      same(await connecting.closed, { kind: "left" }, `the end after ${stage}`);
    }

    const thinking = new AbortController();
    let providerSaw: AbortSignal | undefined;
    const session = createSession(setting.url, {
      ...setting.options,
      signal: thinking.signal,
      credentials: (_request, signal) => {
        providerSaw = signal;
        thinking.abort();
        return new Promise(() => undefined);
      },
    });
    await fails(session.ready, "aborted");
    same(await session.closed, { kind: "left" });
    same(providerSaw?.aborted, true, "the credentials function is told");

    const after = new AbortController();
    await using ready = await login(setting, { signal: after.signal });
    after.abort();
    same(await ready.ask("still there"), "still there");
  },

  "aborts one ask without breaking the others": async (setting) => {
    await using session = await login(setting, { limits: { maxPending: 2 } });
    const [inFlight, waiting] = [new AbortController(), new AbortController()];
    const outcomes = Promise.all([
      fails(session.ask("a", { signal: inFlight.signal }), "aborted"),
      session.ask("b"),
      fails(session.ask("c", { signal: waiting.signal }), "aborted"),
      session.ask("d"),
    ]);
    inFlight.abort();
    waiting.abort();
    const [, b, , d] = await outcomes;
    same([b, d], ["b", "d"]);
    await fails(session.ask("e", { signal: AbortSignal.abort() }), "aborted");
    await fails(session.send("f", { signal: AbortSignal.abort() }), "aborted");
    same(await session.ask("g"), "g");
  },

  "aborts a send that waits for room": async (setting) => {
    await using session = await login(setting, { bufferMessages: 1 });
    await session.send("fills the buffer");
    const controller = new AbortController();
    const blocked = session.send("waits", { signal: controller.signal });
    // An ask overtakes it: a reader that asks would otherwise wait for itself.
    same(await session.ask("overtakes"), "overtakes");
    controller.abort();
    await fails(blocked, "aborted");
    same((await take(session, 1)).length, 1);
    await session.send("room again");
  },

  "stops an iterator by its signal, and only that": async (setting) => {
    await using session = await login(setting);
    const controller = new AbortController();
    const reading = session.messages({ signal: controller.signal }).next();
    controller.abort();
    await fails(reading, "aborted");
    await session.send("for the next");
    same((await take(session, 1)).length, 1);
  },

  "closes once, whoever closes how often": async (setting) => {
    const session = await login(setting);
    const unanswered = session.ask("never answered in time, or just so");
    const outcome = unanswered.catch(() => "lost");
    const [first, second] = await Promise.all([
      session.close({ code: 4000, reason: "é".repeat(100) }),
      session.close(),
    ]);
    same([first, second, await session.closed], Array(3).fill({ kind: "left" }));
    await outcome;
    await fails(session.ask("too late"), "unsent");
    await fails(session.send("too late"), "unsent");
    same(session.status, { kind: "stopped", dialect: "v1", reason: { kind: "left" } });
  },

  "does not send what the server would not take": async (setting) => {
    await using session = await login(setting);
    const max = 1024 * 1024;
    const { reason } = await fails(session.ask(new Uint8Array(max + 1)), "tooBig");
    same(reason, { kind: "tooBig", bytes: max + 1, maxBytes: max });
    // 1 MiB of text, and the JSON around it.
    await fails(session.ask("x".repeat(max)), "tooBig");
    await fails(session.send("é".repeat(max / 2)), "tooBig");
    same((await session.ask(new Uint8Array(max))).byteLength, max);
  },

  "tells why nothing could be reached": async ({ url, options }) => {
    const unused = new URL(url);
    unused.port = "1";
    for (const target of [
      unused,
      "not a url",
      "ftp://127.0.0.1/",
      "ws://admin:123456@localhost/",
    ]) {
      const error = await fails(connect(target, { ...admin, ...options }), "unreachable");
      ok(!error.message.includes("123456"), "no secret in the message");
    }
  },

  "fails quietly where nobody listens": async ({ url, options }) => {
    const session = createSession(url, { ...options, username: "admin", password: "wrong" });
    await session.closed;
  },
};
