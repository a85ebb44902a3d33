import { inflateRawSync, constants, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mask, unmask } from "../src/frame.ts";
import { createRedactor } from "../src/redact.ts";
import { redactV1 } from "../src/redact-text.ts";
import type { FrameRecord, WireRecord } from "../src/records.ts";
import { decode, frames, messages, ofKind, type Piece } from "./support/decode.ts";
import { fromCapture, fromHar, fromJsonl, toHar, toJsonl, toPcapng } from "./support/files.ts";
import { deflateAll } from "./support/session.ts";
import { answer, clientFrame, deflateHeader, frame, request } from "./support/wire.ts";

/** Each is a different word, so that a failure says where it leaked. */
let planted: string[] = [];
const plant = (where: string): string => {
  const word = `sEcReT${where}${planted.length}x`;
  planted.push(word);
  return word;
};

const accepted = "congratulation, you have connect with server\r\nnow, you can do something else";
const refused = "sorry, the username or password is wrong, please submit again";
const v1 = "Sec-WebSocket-Protocol: wsecho.v1\r\n";

const half = (text: string, parts: { rsv?: number } = {}): Piece[] => {
  const bytes = Uint8Array.from(Buffer.from(text));
  const middle = Math.floor(bytes.length / 2);
  return [
    ["c2s", clientFrame(bytes.subarray(0, middle), { ...parts, fin: 0 })],
    ["c2s", clientFrame("between", { op: 9 })],
    ["c2s", clientFrame(bytes.subarray(middle), { op: 0 })],
  ];
};

/** Sessions with a secret in every place that holds one. */
async function sessions(): Promise<readonly (readonly WireRecord[])[]> {
  planted = [];
  const query = plant("Query");
  const headers =
    `Authorization: Basic ${plant("Basic")}\r\nProxy-Authorization: Bearer ${plant("Proxy")}\r\n` +
    `Cookie: session=${plant("Cookie")}; theme=${plant("Theme")}\r\ncookie: again=${plant("Lower")}\r\n` +
    `X-Api-Key: ${plant("ApiKey")}\r\nX-Auth-Token:${plant("AuthToken")}\r\n` +
    `Authorization: Digest username="a",\r\n response="${plant("Folded")}"\r\n` +
    `Referer: http://a/?t=${plant("Referer")}\r\nNo colon ${plant("NoColon")}\r\n` +
    `Sec-WebSocket-Protocol: wsecho.v1, wsecho.bearer.${plant("Bearer")}\r\n`;
  const json = (fields: object): string => JSON.stringify(fields);
  const plainSession: Piece[] = [
    [
      "c2s",
      request(
        headers.replace(/Sec-WebSocket-Protocol.*\r\n/, ""),
        `/p?token=${query}&${query},${plant("Comma")};${plant("Semicolon")}#${plant("Fragment")}`,
      ),
    ],
    [
      "s2c",
      answer(
        `Set-Cookie: id=${plant("SetCookie")}; HttpOnly\r\nLocation: ws://u:${plant("Userinfo")}@${plant("BehindAt")}@a/?x=${plant("Location")}\r\n`,
      ),
    ],
    ["c2s", clientFrame(`admin:${plant("First")}`)],
    ["s2c", frame(refused)],
    ["c2s", clientFrame(plant("NoUser"))],
    ["s2c", frame(refused)],
    ["c2s", clientFrame(Uint8Array.from(Buffer.from(plant("Binary"))), { op: 2 })],
    ["s2c", frame(refused)],
    ...half(`admin:${plant("Fragments")}`),
    ["s2c", frame(accepted)],
    ["c2s", clientFrame("hello: all may see this")],
    ["s2c", frame("your submit context: hello: all may see this")],
  ];
  const logins = [
    json({ type: "auth", mechanism: "plain", user: "admin", password: plant("Password") }),
    json({ type: "auth", mechanism: "token", token: plant("Token") }),
    json({ type: "auth", mechanism: "scram-sha-256", data: `n,,n=admin,r=${plant("Nonce")}` }),
    json({ type: "response", data: `c=biws,r=x,p=${plant("Proof")}` }),
    `{"password":"${plant("Late")}","more":{"deep":["${plant("Deep")}"]},"type" : "auth"}`,
    `{"type":"\\u0061uth","password":"${plant("Escaped")}\\"${plant("Quote")}"}`,
    `{"type":"submit","type":"auth","password":"${plant("Twice")}"}`,
    `{"type":"auth","password":"${plant("Broken")}`,
    `admin:${plant("PlainInV1")}`,
    `{"type":"auth","\\u0070assword":"${plant("Key")}","n":9999999}`,
  ];
  const v1Session = (
    compress: boolean,
    wrap: (text: string, i: number) => readonly Piece[],
  ): Piece[] => [
    ["c2s", request((compress ? deflateHeader : "") + headers, `/?${query}`)],
    ["s2c", answer((compress ? deflateHeader : "") + v1)],
    ...logins.flatMap(wrap),
  ];
  const down = json({ type: "challenge", data: `r=${plant("ServerNonce")},s=x,i=4096` });
  const ok = json({ type: "ok", user: "admin", data: `v=${plant("Signature")}` });
  const submit = json({ type: "submit", id: 1, text: "hello: all may see this" });
  const compressed = await deflateAll([...logins, submit]);
  const refusedSession: Piece[] = [
    ["c2s", request(headers, `/?token=${query}`)],
    [
      "s2c",
      `HTTP/1.1 401 Unauthorized\r\nContent-Length: ${20 + query.length}\r\n\r\nno such token: ${query}, so`,
    ],
  ];
  return [
    decode(plainSession),
    decode(
      v1Session(false, (text) => [["c2s", clientFrame(text)]]),
      { conn: 2 },
    ),
    decode(
      [
        ...v1Session(false, (text) => half(text)),
        ["s2c", frame(down)],
        ["s2c", frame(ok)],
        ["c2s", clientFrame(submit)],
      ],
      { conn: 3 },
    ),
    decode(
      [
        ...v1Session(true, (_, i) => [["c2s", clientFrame(compressed[i] ?? "", { rsv: 4 })]]),
        ["c2s", clientFrame(compressed[logins.length] ?? "", { rsv: 4 })],
      ],
      { conn: 4 },
    ),
    decode(
      v1Session(true, (text) => {
        const bytes = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
        return [
          ["c2s", clientFrame(bytes.subarray(0, 20), { rsv: 4, fin: 0 })],
          ["s2c", frame("between", { op: 9 })],
          ["c2s", clientFrame(bytes.subarray(20), { op: 0 })],
        ];
      }),
      { conn: 5 },
    ),
    decode(refusedSession, { conn: 6 }),
    // Without a handshake, and cut in the middle of a login.
    decode(
      logins.map((text) => ["c2s", clientFrame(text)] as const),
      { conn: 7, start: "frames" },
    ),
    decode([...v1Session(false, (text) => half(text)).slice(0, 3)], { conn: 8 }),
    decode([["c2s", request(v1)], ["s2c", answer(v1)], ...half(logins[0] ?? "").slice(0, 1)], {
      conn: 9,
    }),
    decode([["c2s", clientFrame(plant("Leftover"), { op: 0 })]], { conn: 10, start: "frames" }),
    // Above the caps: only parts were kept.
    decode(
      [
        ["c2s", request(v1)],
        ["s2c", answer(v1)],
        ["c2s", clientFrame(logins[0] ?? "")],
      ],
      {
        conn: 11,
        limits: { frame: 70, message: 65 },
      },
    ),
    edited(
      decode(
        [
          ["c2s", request(v1)],
          ["s2c", answer(v1)],
          ["c2s", clientFrame(submit)],
        ],
        { conn: 12 },
      ),
      logins[0] ?? "",
    ),
  ];
}

/** As a proxy would record it: `text` was sent on instead. */
const edited = (records: readonly WireRecord[], text: string): readonly WireRecord[] =>
  records.map((record) =>
    record.k === "frame"
      ? {
          ...record,
          edited: { hdr: record.hdr, key: record.key, raw: mask(Buffer.from(text), record.key) },
        }
      : record,
  );

/** Every payload that a reader could get out of these records. */
function payloads(records: readonly WireRecord[]): readonly Buffer[] {
  const plain = frames(records).flatMap((one: FrameRecord) => [
    unmask(one),
    ...(one.edited === null ? [] : [unmask(one.edited)]),
  ]);
  const joined = (["c2s", "s2c"] as const).map((dir) =>
    Buffer.concat(
      frames(records)
        .filter((one) => one.dir === dir && one.op < 3)
        .map(unmask),
    ),
  );
  const found = messages(records).flatMap(({ text, data }) => [
    Buffer.from(text ?? ""),
    Buffer.from(data ?? []),
  ]);
  const inflated = [...plain, ...joined].map((bytes) => {
    try {
      return inflateRawSync(Buffer.concat([bytes, Buffer.from([0, 0, 255, 255])]), {
        finishFlush: constants.Z_SYNC_FLUSH,
      });
    } catch {
      return Buffer.alloc(0);
    }
  });
  return [...plain, ...joined, ...found, ...inflated].map((bytes) => Buffer.from(bytes));
}

/** Those planted words that stand in a file, as they are or in another dress. */
const leaks = (file: Buffer, records: readonly WireRecord[]): readonly string[] => {
  const haystacks = [file, ...payloads(records)];
  return planted.filter((word) => {
    const bytes = Buffer.from(word);
    const dressed = [
      bytes,
      Buffer.from(bytes.toString("hex")),
      Buffer.from(bytes.toString("base64").replace(/=+$/, "").slice(0, -2)),
    ];
    return haystacks.some((hay) => dressed.some((needle) => hay.includes(needle)));
  });
};

const outputs = (
  all: readonly (readonly WireRecord[])[],
  reveal: boolean,
): Readonly<Record<string, () => readonly [Buffer, readonly WireRecord[]]>> => {
  const records = all.flat();
  const jsonl = toJsonl(records, { reveal });
  const har = toHar(records, { reveal });
  const pcapng = toPcapng(records, { reveal });
  const redactor = createRedactor({ reveal });
  const shown = [...records.flatMap((record) => redactor.push(record)), ...redactor.end()];
  return {
    "JSON Lines": () => [Buffer.from(jsonl), fromJsonl(jsonl).records],
    HAR: () => [Buffer.from(har), fromHar(har).records],
    pcapng: () => [pcapng, fromCapture(pcapng).records],
    records: () => [Buffer.from(JSON.stringify(shown)), shown],
  };
};

test.each(["JSON Lines", "HAR", "pcapng", "records"])(
  "no secret is left in %s: raw, unmasked, inflated",
  async (form) => {
    const [file, records] = outputs(await sessions(), false)[form]?.() ?? [Buffer.alloc(0), []];
    expect(records.length).toBeGreaterThan(50);
    expect(leaks(file, records)).toEqual([]);
  },
);

test.each(["JSON Lines", "HAR", "pcapng", "records"])(
  "with reveal every secret stands in %s, so that the search above can fail",
  async (form) => {
    const [file, records] = outputs(await sessions(), true)[form]?.() ?? [Buffer.alloc(0), []];
    const seen = new Set(leaks(file, records));
    // The body that repeats the query has it once already.
    expect(planted.filter((word) => !seen.has(word))).toEqual([]);
  },
);

test("reveal is stamped in every file", async () => {
  const all = (await sessions()).flat();
  for (const reveal of [true, false]) {
    expect(fromJsonl(toJsonl(all, { reveal })).records[0]).toMatchObject({
      code: "capture",
      reveal,
    });
    expect(JSON.parse(toHar(all, { reveal }))).toMatchObject({ log: { _wsechoReveal: reveal } });
    expect(
      toPcapng(all, { reveal }).includes(
        reveal ? "secrets are shown (reveal)" : "secrets are redacted",
      ),
    ).toBe(true);
  }
});

const redact = (records: readonly WireRecord[]): readonly WireRecord[] => {
  const redactor = createRedactor();
  return [...records.flatMap((record) => redactor.push(record)), ...redactor.end()];
};

test("a plain login keeps its name and its length, and its key still unmasks it", () => {
  const [login] = frames(
    redact(
      decode([
        ["c2s", request()],
        ["s2c", answer()],
        ["c2s", clientFrame("admin:123456")],
      ]),
    ),
  );
  expect(login).toMatchObject({ len: 12, text: "admin:******", redacted: "masked" });
  expect(Buffer.from(login ? unmask(login) : []).toString()).toBe("admin:******");
});

test("what is no secret stays as it was, also on servers that are not ours", () => {
  const pieces: readonly Piece[] = [
    ["c2s", request("Origin: http://a\r\nUser-Agent: b\r\n", "/echo")],
    ["s2c", answer("Server: c\r\n")],
    ["s2c", frame("a server that speaks first")],
    ["c2s", clientFrame("user:123456")],
    ["c2s", clientFrame('{"type":"auth","password":"of another protocol"}')],
    ...half("half and half"),
    ["s2c", frame("bye", { op: 9 })],
  ];
  const records = decode(pieces);
  expect(redact(records)).toEqual(records);
});

test("a v1 session keeps its names, mechanisms and messages", () => {
  const auth = '{"type":"auth","mechanism":"plain","user":"ädmin","password":"pässword"}';
  const submit = '{"type":"submit","id":1,"text":"hello"}';
  const records = redact(
    decode([
      ["c2s", request(v1)],
      ["s2c", answer(v1)],
      ["c2s", clientFrame(auth)],
      ["c2s", clientFrame(submit)],
    ]),
  );
  expect(messages(records).map(({ text }) => text)).toEqual([
    '{"type":"auth","mechanism":"plain","user":"ädmin","password":"*********"}',
    submit,
  ]);
  expect(frames(records).map(({ text }) => text)).toEqual(
    messages(records).map(({ text }) => text),
  );
});

test("messages behind a redacted compressed one are still read, from each file", async () => {
  const texts = ["admin:123456", "hello hello hello", "hello hello again"];
  const up = await deflateAll(texts);
  const records = decode([
    ["c2s", request(deflateHeader)],
    ["s2c", answer(deflateHeader)],
    ["c2s", clientFrame(up[0] ?? "", { rsv: 4 })],
    ["s2c", frame(accepted)],
    ["c2s", clientFrame(up[1] ?? "", { rsv: 4 })],
    ["c2s", clientFrame((up[2] ?? new Uint8Array(0)).subarray(0, 3), { rsv: 4, fin: 0 })],
    ["c2s", clientFrame((up[2] ?? new Uint8Array(0)).subarray(3), { op: 0 })],
  ]);
  const sent = (list: readonly WireRecord[]): readonly unknown[] =>
    messages(list)
      .filter(({ dir }) => dir === "c2s")
      .map(({ text }) => text);
  const wanted = ["admin:******", "hello hello hello", "hello hello again"];
  expect(sent(records)).toEqual(texts);
  expect(sent(redact(records))).toEqual(wanted);
  expect(sent(fromCapture(toPcapng(records)).records)).toEqual(wanted);
  expect(ofKind(redact(records), "note").map(({ code }) => code)).toEqual([
    "redacted",
    "redacted",
    "redacted",
  ]);
});

test("redacting twice changes nothing more", async () => {
  const strip = (list: readonly WireRecord[]): unknown => list.filter(({ k }) => k !== "note");
  for (const records of await sessions()) {
    const once = redact(records);
    expect(strip(redact(once))).toEqual(strip(once));
  }
});

test("the order of records stays, and none is lost", async () => {
  for (const records of await sessions()) {
    const numbers = (list: readonly WireRecord[]): unknown =>
      list.flatMap((record) =>
        record.k === "note" ? [] : [[record.k, record.k === "frame" ? record.n : 0]],
      );
    expect(numbers(redact(records))).toEqual(numbers(records));
  }
});

test("a login of any JSON that parses is found", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.constantFrom("auth", "response"),
      fc.constantFrom(undefined, 1, "\t"),
      (fields, type, space) => {
        const text = JSON.stringify({ ...fields, type, password: "hunter2-hunter2" }, null, space);
        const records = redact(
          decode([
            ["c2s", request(v1)],
            ["s2c", answer(v1)],
            ["c2s", clientFrame(text)],
          ]),
        );
        const shown = messages(records)[0]?.text ?? "";
        expect(shown).not.toContain("hunter2-hunter2");
        expect(Buffer.byteLength(shown)).toBe(Buffer.byteLength(text));
        expect((JSON.parse(shown) as { type: string }).type).toBe(type);
      },
    ),
  );
});

test("what is known of a connection from elsewhere spares its messages, and no login", () => {
  const shown = (dialect: "plain" | "v1" | "other", loggedIn: boolean, text: string): string => {
    const redactor = createRedactor();
    redactor.assume(1, { dialect, loggedIn });
    const pieces: Piece[] = [
      ["c2s", request("")],
      ["s2c", answer("")],
      ["c2s", clientFrame(text)],
    ];
    const records = decode(pieces).flatMap((record) => redactor.push(record));
    return messages(records)[0]?.text ?? "";
  };
  expect(shown("plain", true, "a: b")).toBe("a: b");
  expect(shown("other", true, '{"type":"auth","token":"t"}')).toBe('{"type":"auth","token":"t"}');
  expect(shown("plain", false, "a:pass")).toBe("a:****");
  expect(shown("v1", true, '{"type":"auth","token":"t"}')).toBe('{"type":"auth","token":"*"}');
});

test("what comes behind a login that the capture names is no login", () => {
  const submit = '{"type":"submit","id":3,"text":"a:b"}';
  const later = decode([["c2s", clientFrame(submit)]], { start: "frames" });
  const named = (user?: string): WireRecord => ({
    ...{ k: "note", t: 0, us: 0, conn: 1, at: "server", code: "session", says: "" },
    ...(user !== undefined && { user }),
  });
  const textBehind = (note: WireRecord): unknown => {
    const redactor = createRedactor();
    const shown = [note, ...later].flatMap((record) => redactor.push(record));
    return messages(shown)[0]?.text;
  };
  expect(textBehind(named("ada"))).toBe(submit);
  expect(textBehind(named())).not.toContain("a:b");
});

test("a server that repeats a plain login tells nothing that was hidden, and other echoes are shown", () => {
  const shown = redact(
    decode([
      ["c2s", request()],
      ["s2c", answer()],
      ["c2s", clientFrame("admin:123456")],
      ["c2s", clientFrame("hello")],
      ["s2c", frame("you said admin:123", { fin: 0 })],
      ["s2c", frame("456", { op: 0 })],
      ["s2c", frame("you said hello")],
    ]),
  );
  const texts = messages(shown).map(({ text }) => text);
  expect(texts).toEqual(["admin:******", "*****", "you said admin:******", "you said hello"]);
  expect(frames(shown).map(({ text }) => text)).toContain("you said admin:***");
});

test("what a refusal says of the request's secrets is hidden, also out of their base64", () => {
  const offer = "Sec-WebSocket-Protocol: wsecho.v1, wsecho.bearer.dG9rZW4tMS0y\r\n";
  const said = "wrong: s3cret (YWRhOnMzY3JldA==), token-1-2; ada may try again";
  const [, refusal] = redact(
    decode([
      ["c2s", request(`Authorization: Basic YWRhOnMzY3JldA==\r\n${offer}`)],
      ["s2c", `HTTP/1.1 401 No\r\nContent-Length: ${said.length}\r\n\r\n${said}`],
    ]),
  );
  const body = refusal?.k === "handshake" ? Buffer.from(refusal.body ?? []).toString() : "";
  expect(body).toBe("wrong: *** (***), ***; ada may try again");
});

test("an address shows no credentials, wherever it stands in a header or a body", () => {
  const headers =
    "Link: <https://u:s3cret@a/x>; rel=next, <//u:s3cret@b/y>; rel=last\r\n" +
    "X-Upstream: http://u:s3cret@10.0.0.1:80/z\r\nFrom: ada@example.org\r\n";
  const said = 'no way to "https://u:s3cret@c/" for ada@example.org, see http://d/@ada';
  const [, refusal] = redact(
    decode([
      ["c2s", request("")],
      ["s2c", `HTTP/1.1 502 No\r\n${headers}Content-Length: ${said.length}\r\n\r\n${said}`],
    ]),
  );
  const shown = refusal?.k === "handshake" ? refusal : null;
  expect(shown?.head.split("\r\n").slice(1, 4)).toEqual([
    "Link: <https://***@a/x>; rel=next, <//***@b/y>; rel=last",
    "X-Upstream: http://***@10.0.0.1:80/z",
    "From: ada@example.org",
  ]);
  expect(Buffer.from(shown?.body ?? []).toString()).toBe(
    'no way to "https://***@c/" for ada@example.org, see http://d/@ada',
  );
});

test("a head of many folded lines, or of one long protocol, is redacted in no time", () => {
  const folded = "\r\n b".repeat(15_000);
  const long = "key".repeat(20_000);
  const [shown, other] = redact(
    decode(
      [
        ["c2s", request(`Cookie: a${folded}\r\n`)],
        ["s2c", answer(`Sec-WebSocket-Protocol: ${long}, ${long}.s3cret\r\n`)],
      ],
      { limits: { head: 1_000_000 } },
    ),
  );
  expect(shown).toMatchObject({ head: request(`Cookie: ***${"\r\n ***".repeat(15_000)}\r\n`) });
  expect(other).toMatchObject({ subprotocol: `${long}, ${long}.***` });
});

test.each([
  ["however far its colons stand from their names", `"password"${" ".repeat(100)}:`, ""],
  ["however long it is", '"password":', "x\\n".repeat(4 * 1024 * 1024)],
])("a login is told %s", (_, name, user) => {
  const login = `{"type":"auth","mechanism":"plain","user":"${user}",${name}"tell-nobody"}`;
  const shown = new TextDecoder().decode(redactV1(new TextEncoder().encode(login)));
  // Not by `toBe`, which would say both.
  expect(shown === login.replace("tell-nobody", "***********")).toBe(true);
});
