import { describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { startAnyServer, type AnyServer } from "../support/any-server.ts";
import { useSite } from "../support/fixture.ts";
import { ask, composer, connectionFailed, rows, state } from "../support/page.ts";

const site = useSite();

const connect = async (server: AnyServer, protocols = "") => {
  const page = await site.open();
  await page.getByLabel("Server", { exact: true }).fill(server.url);
  await page.getByRole("radio", { name: "raw" }).check({ force: true });
  await page.getByLabel("Subprotocols").fill(protocols);
  const accepted = server.next();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await state(page, "Connected").waitFor();
  return { page, ...(await accepted) };
};
const payloadOf = (page: Page, nth: number) => rows(page, "received").nth(nth).locator(".payload");

describe("an address with a secret in its query", () => {
  it("is shown without it: in tooltips, in the tab, and in the command for the terminal", async () => {
    await using server = await startAnyServer();
    const { page, tcp } = await connect({ ...server, url: `${server.url}/?room=1&token=s3cret` });
    await page.getByRole("button", { name: "New session beside this one" }).click();
    await page.getByRole("tab").first().click();
    await page.getByText("127.0.0.1").first().waitFor();
    const shown = `${server.url}/?room=1&token=***`;
    expect(await page.getByTitle(shown, { exact: true }).count()).toBe(2);
    tcp.destroy();
    await page.getByText(`wsecho connect '${shown}'`).waitFor();
    expect(await page.content()).not.toContain("s3cret");
  });
});

describe("any WebSocket server", () => {
  it("is talked to without a login: echoes are proven, the rest is shown as it comes", async () => {
    await using server = await startAnyServer();
    const { page, socket } = await connect(server, "chat, superchat");
    const facts = page.getByRole("region", { name: "Session" });
    await facts.getByText("chat", { exact: true }).waitFor();
    const reply = await ask(page, "hello");
    expect(await reply.innerText()).toMatch(/identical/);
    expect(await reply.innerText()).toMatch(/ ms/);
    socket.send("something else");
    await rows(page, "received").nth(1).waitFor();
    expect(await rows(page, "received").nth(1).innerText()).not.toMatch(/identical|unprompted/);
    socket.close(4000, "enough");
    await page.getByRole("alert").getByText("4000 Private code · “enough”").waitFor();
    // The transcript stays, and coming back needs nothing.
    await page.getByRole("button", { name: "Reconnect" }).click();
    await state(page, "Connected").waitFor();
    expect(await rows(page, "received").count()).toBe(2);
  });

  it("says more while somebody reads a chosen message: that stays, and the rest is counted", async () => {
    await using server = await startAnyServer();
    const { page, socket } = await connect(server);
    const say = (from: number, to: number): void => {
      for (let i = from; i <= to; i++) socket.send(`line ${i}`);
    };
    const inView = (text: string): Promise<boolean> =>
      page.getByText(text, { exact: true }).evaluate((line) => {
        const list = line.closest(".scroller")?.getBoundingClientRect();
        const { top, bottom } = line.getBoundingClientRect();
        return list !== undefined && top >= list.top && bottom <= list.bottom;
      });
    say(1, 40);
    await page.getByText("line 40", { exact: true }).waitFor();
    // The newest, at the end of the list.
    await page.getByRole("region", { name: "Transcript" }).press("ArrowUp");
    await page.locator("[data-seq]:focus", { hasText: "line 40" }).waitFor();
    say(41, 140);
    const toEnd = page.getByRole("button", { name: "Go to the end: 100 new" });
    await toEnd.waitFor();
    expect(await inView("line 40")).toBe(true);
    await toEnd.click();
    await expect.poll(() => inView("line 140")).toBe(true);
    say(141, 141);
    await expect.poll(() => inView("line 141")).toBe(true);
  });

  it("is come back to by itself, where one wants that", async () => {
    await using server = await startAnyServer();
    const page = await site.open();
    await page.getByLabel("Server", { exact: true }).fill(server.url);
    await page.getByRole("radio", { name: "raw" }).check({ force: true });
    await page.getByRole("checkbox", { name: "Reconnect automatically" }).check();
    const first = server.next();
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    const { socket } = await first;
    await state(page, "Connected").waitFor();
    const second = server.next();
    socket.close(1012);
    await second;
    await state(page, "Connected").waitFor();
    await ask(page, "again");
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByText("You left").first().waitFor();
  });

  it("refuses a subprotocol that is no word before anything is sent", async () => {
    await using server = await startAnyServer();
    const page = await site.open();
    await page.getByLabel("Server", { exact: true }).fill(server.url);
    await page.getByRole("radio", { name: "raw" }).check({ force: true });
    await page.getByLabel("Subprotocols").fill("a(b)");
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByRole("alert").getByText("A subprotocol is a word").waitFor();
  });
});

describe("a hostile server", () => {
  it("cannot make its messages, close reason or subprotocol anything but text", async () => {
    await using server = await startAnyServer();
    const { page, socket } = await connect(server);
    const script = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
    const bidi = "\u202egnp.exe\u2066 \u0000\u001b[31m";
    socket.send(script);
    socket.send(JSON.stringify({ html: script }));
    socket.send(bidi);
    await rows(page, "received").nth(2).waitFor();
    expect(await payloadOf(page, 0).textContent()).toBe(script);
    expect(await payloadOf(page, 2).textContent()).toBe(bidi);
    await rows(page, "received").nth(1).locator(".direction").click();
    await page.getByRole("combobox", { name: "Show as" }).selectOption("json");
    await page.getByText('"html": "<img').waitFor();
    socket.close(4001, "<b>over</b>");
    await page.getByRole("alert").getByText("“<b>over</b>”").waitFor();
    expect(await page.locator("main img, main script, main b").count()).toBe(0);
  });

  it("may send 10 MiB at once, as text and as bytes, and the page goes on", async () => {
    await using server = await startAnyServer();
    const { page, socket } = await connect(server);
    const size = 10 * 1024 * 1024;
    socket.send(`${"x".repeat(size - 6)}needle`);
    socket.send(Buffer.alloc(size, 7));
    await rows(page, "received").nth(1).waitFor();
    await page.getByRole("button", { name: "Show all 10 MiB" }).first().click();
    expect((await payloadOf(page, 0).textContent())?.length).toBe(64 * 1024);
    await page.getByText("… and more, 10 MiB in all.").waitFor();
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("searchbox", { name: "Search" }).fill("needle");
    await page.getByText("1 of 3 shown").waitFor();
    await page.keyboard.press("Escape");
    await ask(page, "still here");
  });

  it("that sends what is no UTF-8 is cut off by the browser, and the page says so", async () => {
    site.allow(/Could not decode a text frame as UTF-8/);
    await using server = await startAnyServer();
    const { page, tcp } = await connect(server);
    tcp.write(Buffer.from([0x81, 0x02, 0xc3, 0x28]));
    await page.getByRole("alert").getByText("1006 Abnormal closure").waitFor();
  });

  it("may say 50,000 things at once: none is lost, and the page stays usable", async () => {
    await using server = await startAnyServer();
    const { page, socket } = await connect(server);
    const held = page.evaluate(async () => {
      let longest = 0;
      let before = performance.now();
      while (!document.body.innerText.includes("50,001 entries")) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        longest = Math.max(longest, performance.now() - before);
        before = performance.now();
      }
      return longest;
    });
    for (let i = 1; i <= 50_000; i++) socket.send(`line ${i}`);
    await composer(page).fill("typed meanwhile");
    // A second is no measurement, only far from the many that a page that stalls takes.
    expect(await held).toBeLessThan(5000);
    await page.getByText("line 50000", { exact: true }).waitFor();
    expect(await composer(page).inputValue()).toBe("typed meanwhile");
    expect(await page.getByRole("listitem").count()).toBeLessThan(60);
  });
});

describe("a server that refuses the handshake", () => {
  it("is explained as far as a browser knows, with the command that shows the rest", async () => {
    site.allow(connectionFailed);
    const page = await site.open();
    await page.getByLabel("Server", { exact: true }).fill(`${site.url}/no-such-path`);
    await page.getByRole("radio", { name: "raw" }).check({ force: true });
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("Browsers do not tell a page why.").waitFor();
    await alert.getByText("Perhaps the server wants a subprotocol").waitFor();
    await alert.getByText(`wsecho connect ${site.url}/no-such-path`).waitFor();
  });
});
