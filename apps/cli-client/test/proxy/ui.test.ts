import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { connect as connectSession, type Session } from "@wsecho/client";
import { explain, parseBytes } from "@wsecho/wire";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startUi, type Ui } from "../../src/proxy/ui.ts";

const files = new Map([
  ["/", { body: Buffer.from("the page"), headers: { "Content-Type": "text/html" } }],
]);

async function start(): Promise<
  Ui & AsyncDisposable & { readonly origin: string; readonly token: string }
> {
  const ui = await startUi(0, false, files);
  if (!ui.ok) throw new Error(ui.error);
  const [origin = "", fragment = ""] = ui.value.address.split("/#feed=");
  const { address, record } = ui.value;
  const close = (): Promise<void> => ui.value.close();
  return {
    address,
    record,
    close,
    origin,
    token: decodeURIComponent(fragment),
    [Symbol.asyncDispose]: close,
  };
}

const get = async (
  origin: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number | undefined> => {
  const asked = request(origin, { headers }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
};

const frame = () => {
  const bytes = parseBytes("81 85 37 fa 21 3d 7f 9f 4d 51 58");
  if (!bytes.ok) throw new Error(bytes.error);
  return explain(bytes.value);
};

async function nextLines(
  session: Session,
): Promise<readonly { readonly k: string; readonly text?: string; readonly reveal?: boolean }[]> {
  const next = await session[Symbol.asyncIterator]().next();
  if (next.done === true || next.value.kind !== "binary") throw new Error("no binary message");
  const { value } = next;
  return Buffer.from(value.data)
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { k: string });
}

describe("the proxy's page", () => {
  it("shows who has the token what was, and what comes", async () => {
    await using ui = await start();
    for (const record of frame()) ui.record(record);
    const url = `${ui.origin.replace("http:", "ws:")}/inspect`;
    await using session = await connectSession(url, { token: ui.token, dialect: "v1" });
    const [stamp, ...before] = await nextLines(session);
    expect(stamp).toMatchObject({ k: "note", reveal: false });
    expect(JSON.parse(await session.ask('{"watch":"own"}'))).toEqual({
      watch: "all",
      user: "proxy",
      paused: false,
    });
    expect(JSON.parse(await session.ask("what?"))).toHaveProperty("error");
    for (const record of frame()) ui.record(record);
    const after = before.length > 0 ? [] : await nextLines(session);
    const kinds = [...before, ...after].map(({ k }) => k);
    expect(kinds).toContain("frame");
  });

  it("lets nobody in without the token", async () => {
    await using ui = await start();
    const url = `${ui.origin.replace("http:", "ws:")}/inspect`;
    await expect(connectSession(url, { token: "guessed", dialect: "v1" })).rejects.toThrow();
  });

  it("refuses foreign origins, and names that were made to point here", async () => {
    await using ui = await start();
    expect(await get(ui.origin)).toBe(200);
    expect(await get(`${ui.origin}/../secret`)).toBe(404);
    expect(await get(ui.origin, { Host: "evil.example" })).toBe(421);
    const url = `${ui.origin.replace("http:", "ws:")}/inspect`;
    for (const headers of [
      { Origin: "http://evil.example" },
      { Host: "evil.example" },
      { Origin: "null" },
    ]) {
      const socket = new WebSocket(url, "wsecho.v1", { headers });
      const [, { statusCode }] = (await once(socket, "unexpected-response")) as [
        unknown,
        IncomingMessage,
      ];
      expect(statusCode).toBe(403);
      socket.on("error", () => undefined).terminate();
    }
  });
});
