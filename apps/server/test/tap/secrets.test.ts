import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { createJsonlReader, unmask, type WireRecord } from "@wsecho/wire";
import { findNeedles, type Needle } from "@wsecho/testkit/needles";
import { expect, test } from "vitest";
import { basic, bearer, bearerOffer, makeVerifier, serve, tokenFor } from "../access/support.ts";
import { makeFolder, makeSqlite } from "../store/sqlite-database.ts";
import { connect, logInByScram } from "../support/client.ts";
import { watchFeed } from "../support/feed.ts";
import { frame, openRaw } from "../support/raw.ts";

/** Each is a word of its own, so that a failure says where it leaked. */
const planted = {
  password: "pl4nted-p:ssword-éß",
  wrong: "pl4nted-wrong-one",
  colonless: "pl4nted-without-colon",
  fragmented: "pl4nted-in-fragments",
  bytewise: "pl4nted-byte-by-byte",
  compressed: "pl4nted-and-compressed-compressed-compressed",
  compressedV1: "pl4nted-compressed-in-v1-compressed-compressed",
  fragmentedV1: "pl4nted-fragments-of-v1",
  badToken: "pl4nted-token-that-is-none",
  cookie: "pl4nted-cookie",
  query: "pl4nted-query",
  apiKey: "pl4nted-api-key",
  referer: "pl4nted-referer",
} as const;

/** Wrong logins are each somebody else's, for who has failed has to wait. */
const auth = (user: string, password: string, more: object = {}): string =>
  JSON.stringify({ type: "auth", mechanism: "plain", user, password, ...more });

/** Goes in and out with a secret in every place that may hold one. */
async function goEverywhere(url: string, token: string): Promise<readonly Needle[]> {
  const { port } = new URL(url);
  const { password } = planted;
  const deflate = { perMessageDeflate: { threshold: 0 } };

  const plain = await connect(url, [], { perMessageDeflate: false });
  plain.send(planted.colonless, `bob:${planted.wrong}`, `ada:${password}`, "shown");
  for (let i = 0; i < 4; i++) await plain.next();
  const parts = await connect(url, [], { perMessageDeflate: false });
  parts.socket.send("eve:pl4nted-in-", { fin: false });
  parts.socket.ping();
  parts.socket.send("fragments", { fin: true });
  await parts.next();
  const slow = await openRaw(Number(port));
  for (const byte of frame(0x81, `dan:${planted.bytewise}`)) slow.socket.write(Buffer.of(byte));
  await slow.frame();
  const squeezed = await connect(url, [], deflate);
  squeezed.send(`fay:${planted.compressed}`, `gus:${planted.compressed}`);
  await squeezed.next();
  await squeezed.next();

  const v1 = await connect(url, "wsecho.v1", deflate);
  await v1.nextJson();
  v1.send(auth("hal", planted.compressedV1));
  await v1.nextJson();
  const text = auth("ivy", planted.fragmentedV1);
  const half = text.indexOf("fragments") + 3;
  v1.socket.send(text.slice(0, half), { fin: false });
  v1.socket.send(text.slice(half), { fin: true });
  await v1.nextJson();
  v1.sendJson({ type: "auth", mechanism: "token", token: planted.badToken });
  await v1.nextJson();
  v1.send(auth("ada", password, { rememberMs: 60_000 }));
  const remembered = String((await v1.nextJson())["token"]);
  v1.sendJson({ type: "auth", mechanism: "token", token });
  await v1.nextJson();
  v1.sendJson({ type: "submit", id: 1, text: "shown" });
  await v1.nextJson();
  const scram = await connect(url, "wsecho.v1");
  await scram.nextJson();
  const { challenge, verdict } = await logInByScram(scram, "ada", password);

  const headers = {
    Cookie: `session=${planted.cookie}`,
    "X-Api-Key": planted.apiKey,
    Referer: `http://a.example/?${planted.referer}`,
  };
  for (const login of [basic("ada", password), bearer(token)]) {
    const echo = await connect(`${url}/echo?token=${planted.query}`, [], {
      headers: { ...headers, ...login },
    });
    echo.send("shown");
    await echo.next();
  }
  const page = await connect(url, ["wsecho.v1", bearerOffer(token)]);
  await page.nextJson();
  await page.nextJson();
  const refused = await connect(url, ["wsecho.v1", bearerOffer(planted.badToken)]);
  await refused.closed;
  for (const { socket } of [plain, parts, squeezed, v1, scram, page]) socket.close(1000);

  const found = { token, remembered, salt: challenge["data"], signature: verdict["data"] };
  return Object.entries({ ...planted, ...found }).map(([name, secret]) => ({
    name,
    secret: String(secret),
  }));
}

/** Everything that can be read in the records: as it is, unmasked and inflated. */
function readings(text: string): string {
  const records: WireRecord[] = [];
  const reader = createJsonlReader({
    emit: (record) => records.push(record),
    problem: ({ says }) => expect.unreachable(says),
  });
  reader.push(text);
  const frames = records.filter((record) => record.k === "frame");
  const messages = new Map<string, Buffer[]>();
  for (const record of frames) {
    const key = `${record.conn}${record.dir}${record.msg ?? `control ${record.n}`}`;
    messages.set(key, [...(messages.get(key) ?? []), Buffer.from(unmask(record))]);
  }
  const plain = [...messages.values()].map((pieces) => Buffer.concat(pieces));
  const inflated = plain.map((bytes) => {
    try {
      return inflateRawSync(Buffer.concat([bytes, Buffer.of(0, 0, 0xff, 0xff)]), {
        finishFlush: 2,
      });
    } catch {
      return Buffer.alloc(0);
    }
  });
  const contents = records.flatMap((record) =>
    record.k === "message" ? [Buffer.from(record.data ?? record.text ?? "")] : [],
  );
  const raw = frames.map(({ raw }) => Buffer.from(raw));
  // One character per byte: also what is no text can be searched.
  return text + Buffer.concat([...plain, ...inflated, ...contents, ...raw]).toString();
}

test.each([
  ["hides", false],
  ["shows, where that is wanted,", true],
])(
  "a record %s every secret; the feed hides it",
  async (_, reveal) => {
    const folder = await makeFolder();
    const options = { record: { folder, reveal }, compress: true };
    const { url, store, server } = await serve(await makeSqlite(), options);
    const verifier = await makeVerifier(planted.password);
    await store.users.add({ name: "ada", verifier, role: "admin" });
    const token = await tokenFor(store, "ada");
    const feed = await watchFeed(url, { username: "ada", password: planted.password });
    await feed.say({ watch: "all" });
    const needles = await goEverywhere(url, token);
    await feed.until("close", ({ code }) => code === 1000, 12);
    await server.close();
    const files = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
    );
    const file = readings(files.join(""));
    const shown = readings(feed.bytes().toString());
    expect(findNeedles(shown, needles)).toEqual([]);
    if (reveal) {
      // So the search is one that finds them, each in its place.
      const names = findNeedles(file, needles).map((found) => found.split(" as ")[0]);
      expect([...new Set(names)].sort()).toEqual(needles.map(({ name }) => name).sort());
    } else expect(findNeedles(file, needles)).toEqual([]);
    // What is no secret is there: both saw what they were to see.
    for (const text of [file, shown]) expect(text.split("shown").length).toBeGreaterThan(8);
  },
  60_000,
);
