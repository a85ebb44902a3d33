import { readFile } from "node:fs/promises";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "@wsecho/client";
import { createDecoder, createFileReader, type FrameRecord, type WireRecord } from "@wsecho/wire";
import type { Meter, Traffic } from "@wsecho/server";
import { startTeam } from "@wsecho/testkit/team";
import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { plainTexts } from "@wsecho/protocol";
import { pageRoot } from "../support/build-page.ts";
import { conversation, jsonl, recordsOf } from "../support/capture.ts";
import { violations } from "../support/checks.ts";
import { cuttable } from "../support/cuttable.ts";
import { useSite } from "../support/fixture.ts";
import {
  ask,
  connectionFailed,
  logIn,
  openPage,
  openSession,
  password,
  startServer,
  state,
  user,
} from "../support/page.ts";
import { openCapture } from "../support/visit-frames.ts";

const site = useSite({ allowed: [connectionFailed] });

const frames = (page: Page): Locator => page.locator(".frame-row[data-kind=frame]");
const feed = (page: Page, words: string): Locator =>
  page.locator(".frames .pill, .frames .tag").getByText(words, { exact: true });

/** Logged in, with the view open and the feed live. */
const watch = async (url = site.httpUrl): Promise<Page> => {
  const page = await openSession(url, { autoReconnect: true });
  await page.getByRole("button", { name: "Frames", exact: true }).click();
  await feed(page, "Live").waitFor();
  return page;
};

/** A frame in a line, as it was on the wire. */
const line = ({ dir, hdr, key, raw }: FrameRecord): string =>
  `${dir} ${Buffer.concat([hdr, key ?? new Uint8Array(0), raw]).toString("hex")}`;
const linesOf = (records: readonly WireRecord[]): readonly string[] =>
  records.flatMap((record) => (record.k === "frame" ? [line(record)] : []));

const exported = async (page: Page): Promise<readonly WireRecord[]> => {
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save" }).click(),
  ]);
  const records: WireRecord[] = [];
  const reader = createFileReader({
    emit: (record) => void records.push(record),
    problem: ({ says }) => expect.fail(says),
  });
  reader.push(await readFile(await download.path()));
  reader.end();
  return records;
};

describe("one's own session", () => {
  it("shows its frames live, byte for byte as they crossed the wire", async () => {
    const seen = new Map<number, WireRecord[]>();
    const decoders = new Map<number, ReturnType<typeof createDecoder>>();
    await using wire = await cuttable(site.port, (connection, dir, bytes) => {
      const records = seen.get(connection) ?? [];
      seen.set(connection, records);
      const decoder =
        decoders.get(connection) ?? createDecoder({ emit: (record) => records.push(record) });
      decoders.set(connection, decoder);
      decoder.push(dir, bytes, 0);
    });
    const page = await watch(wire.url.replace("ws:", "http:"));
    await feed(page, "seen at the server").waitFor();
    await ask(page, "Hello, 世界");
    await ask(page, "x".repeat(300));
    await expect.poll(() => frames(page).count()).toBe(4);

    const shown = linesOf(await exported(page));
    expect(shown).toHaveLength(4);
    const session = [...seen.values()]
      .map(linesOf)
      .find((lines) => lines.some((one) => one === shown[0]));
    expect(session?.slice(session.indexOf(shown[0] ?? ""))).toEqual(shown);

    // And the same bytes on the page.
    await frames(page).first().click();
    const cells = await page.locator("[role=gridcell]").allInnerTexts();
    expect(`c2s ${cells.join("")}`).toBe(shown[0]);
    expect(await page.locator(".walk-reads").innerText()).toContain('"text":"Hello, 世界"');
    expect(await violations(page)).toEqual([]);
  });

  it("is as many bytes as the server's socket counts, and says what compression saved", async () => {
    let open: () => Iterable<Traffic> = () => [];
    const meter = new Proxy({} as Meter, {
      get: (_, name) => (carried: typeof open) => {
        if (name === "serving") open = carried;
        return () => undefined;
      },
    });
    const { server, httpUrl } = await startServer({ compress: true, meter });
    await using _server = server;
    const page = await watch(httpUrl);
    const counted = () => {
      // The session connected before its feed.
      const [session] = open();
      return { c2s: session?.bytesRead ?? NaN, s2c: session?.bytesWritten ?? NaN };
    };
    const before = counted();
    await ask(page, "short");
    await ask(page, "long ".repeat(1000));
    await expect.poll(() => frames(page).count()).toBe(4);
    const after = counted();

    const records = await exported(page);
    const shown = { c2s: 0, s2c: 0 };
    for (const record of records)
      if (record.k === "frame")
        shown[record.dir] += record.hdr.length + (record.key?.length ?? 0) + record.raw.length;
    expect(shown).toEqual({ c2s: after.c2s - before.c2s, s2c: after.s2c - before.s2c });

    const reply = records.findLast(({ k }) => k === "frame");
    const message = records.findLast(({ k }) => k === "message");
    if (reply?.k !== "frame" || message?.k !== "message") expect.fail("no reply was seen");
    expect(reply.raw.length).toBeLessThan(200);
    expect(message.len).toBeGreaterThan(5000);
    await page.getByRole("radio", { name: "Messages" }).check({ force: true });
    await page.locator(".frame-row[data-kind=message]").last().click();
    const inflated = `${(message.len / 1024).toFixed(1)} KiB`;
    await page.getByText(`${reply.raw.length} B on the wire, ${inflated} inflated`).waitFor();
  });

  it("asks for the password where the page keeps none, and again where it is wrong", async () => {
    const page = await site.openSession();
    await page.getByRole("button", { name: "Frames", exact: true }).click();
    const field = page.getByRole("textbox", { name: "Password for admin" });
    await page.getByText("this page keeps no password").waitFor();
    expect(await violations(page)).toEqual([]);
    await field.fill("wrong");
    await field.press("Enter");
    await page.getByText("The server did not take it").waitFor();
    await field.fill(password);
    await field.press("Enter");
    await feed(page, "Live").waitFor();
    await ask(page, "hello");
    await frames(page).getByText('"hello"').first().waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it("shows nothing of what passes while it is paused", async () => {
    const page = await watch();
    await page.getByRole("button", { name: "Pause" }).click();
    await feed(page, "Paused").waitFor();
    await ask(page, "hidden");
    await page.getByRole("button", { name: "Go on" }).click();
    await feed(page, "Live").waitFor();
    await ask(page, "shown");
    await frames(page).getByText('"shown"').nth(1).waitFor();
    expect(await frames(page).getByText("hidden").count()).toBe(0);
  });

  it("does not show the sessions of others until it is asked to", async () => {
    const page = await watch();
    await using other = await connect(site.url, { username: user, password });
    await other.ask("from elsewhere, unseen");
    await ask(page, "mine");
    await frames(page).getByText('"mine"').nth(1).waitFor();
    expect(await frames(page).getByText("elsewhere").count()).toBe(0);
    await page.getByRole("combobox", { name: "Watch" }).selectOption("All of mine");
    await expect
      .poll(async () => {
        await other.ask("from elsewhere, seen");
        return frames(page).getByText("elsewhere, seen").count();
      })
      .toBeGreaterThan(0);
  });

  it("goes on while the view is closed, and ends where one stops it or leaves", async () => {
    const page = await site.open();
    const open = new Set<string>();
    page.on("websocket", (socket) => {
      const { pathname } = new URL(socket.url());
      open.add(pathname);
      socket.on("close", () => open.delete(pathname));
    });
    await logIn(page, { autoReconnect: true });
    await state(page, "Connected").waitFor();
    const toggle = page.locator(".frames-toggle");
    await toggle.click();
    await feed(page, "Live").waitFor();
    expect([...open]).toEqual(["/", "/inspect"]);
    // As on a narrow screen, where one goes to and fro.
    await toggle.click();
    await page.getByRole("button", { name: "Frames live" }).waitFor();
    expect(await page.locator(".frames").isVisible()).toBe(false);
    await ask(page, "meanwhile");
    await toggle.click();
    await frames(page).getByText('"meanwhile"').nth(1).waitFor();
    await page.getByRole("button", { name: "Stop watching" }).click();
    await expect.poll(() => [...open]).toEqual(["/"]);
    await page.getByRole("button", { name: "Watch this session" }).click();
    await feed(page, "Live").waitFor();
    await page.getByRole("button", { name: "Leave" }).click();
    await feed(page, "Live").waitFor({ state: "detached" });
    await expect.poll(() => [...open]).toEqual([]);
  });
});

describe("the keyboard", () => {
  const focused = (page: Page): Promise<string> =>
    page.evaluate(() => (document.activeElement as HTMLElement | null)?.innerText ?? "");

  it("is where one goes on as a feed ends, begins and gives way to a capture", async () => {
    const page = await watch();
    await page.getByRole("button", { name: "Stop watching" }).press("Enter");
    await expect.poll(() => focused(page)).toBe("Watch this session");
    await page.keyboard.press("Enter");
    await feed(page, "Live").waitFor();
    await expect.poll(() => focused(page)).toBe("Pause");
    await page.getByRole("button", { name: "Frames live" }).waitFor();
    await openCapture(page, jsonl(recordsOf(conversation)));
    // Nobody watches any more.
    await page.getByRole("button", { name: "Frames", exact: true }).waitFor();
    await page.getByRole("button", { name: "Close the capture" }).press("Enter");
    await expect.poll(() => focused(page)).toBe("Open a capture");
  });

  it("leads by / from the frames to their own filter, not to the transcript's", async () => {
    const page = await watch();
    await ask(page, "hello");
    await frames(page).nth(1).waitFor();
    await page.locator("[data-row][tabindex='0']").press("/");
    await page.locator("#frames-filter:focus").waitFor();
    expect(await page.getByRole("search").count()).toBe(0);
  });
});

describe("a server without a feed", () => {
  it("is said to have none, with the terminal's command", async () => {
    const stranger = new WebSocketServer({ port: 0, host: "127.0.0.1", path: "/" });
    await once(stranger, "listening");
    stranger.on("connection", (socket) =>
      socket.once("message", () => socket.send(plainTexts.accepted)),
    );
    const url = `ws://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    const page = await site.openSession({ server: url, dialect: "plain", autoReconnect: true });
    await page.getByRole("button", { name: "Frames", exact: true }).click();
    await page.getByText("This server shows no frames").waitFor();
    await page.getByText(`wsecho inspect ${url} --dialect plain`).waitFor();
    expect(await frames(page).count()).toBe(0);
    for (const client of stranger.clients) client.terminate();
    stranger.close();
  });
});

describe("a page for one feed", () => {
  it("shows it by the token in its address, and nothing else", async () => {
    await using team = await startTeam({
      users: { ada: password },
      flags: ["--web-root", pageRoot],
    });
    const token = await team.tokenFor("ada");
    await using other = await connect(team.url, { username: "ada", password });
    const { page } = await openPage(`${team.httpUrl}#feed=${encodeURIComponent(token)}`);
    await feed(page, "Live").waitFor();
    expect(page.url()).toBe(`${team.httpUrl}/#feed`);
    expect(await page.getByRole("button", { name: "Log in" }).count()).toBe(0);
    await other.ask("from elsewhere");
    await frames(page).getByText('"from elsewhere"').nth(1).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.reload();
    await page.getByText("The address of this page has lost its token").waitFor();
    expect(await violations(page)).toEqual([]);
  }, 60_000);
});
