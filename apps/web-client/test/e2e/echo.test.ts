import { EventEmitter, once } from "node:events";
import { describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { useSite } from "../support/fixture.ts";
import { ask, composer, openSession, rows, startServer, state } from "../support/page.ts";

const site = useSite();

const timePattern = /\d\d:\d\d:\d\d\.\d\d\d/;

describe.each(["v1", "plain"] as const)("echo in the dialect %s", (dialect) => {
  it("shows what was sent and what came back, with times and the round trip", async () => {
    const page = await site.openSession({ dialect });
    const reply = await ask(page, "hello");
    const words = await reply.innerText();
    expect(words).toContain("hello");
    expect(words).toMatch(timePattern);
    expect(words).toMatch(/\d ms|\d s/);
    expect(words).toContain("5 B");
    expect(words).toContain("identical");
    expect(await rows(page, "sent").innerText()).toMatch(timePattern);
    expect(await composer(page).inputValue()).toBe("");
  });

  it.each([
    ["emoji", "👋🏽 Grüße 你好 🏳️‍🌈"],
    ["several lines", "a\nb\r\n\tc"],
    ["what looks like a message of ours", '{"type":"submit","id":1,"text":"x"}'],
    ["only white space", "   "],
  ])("gives back %s", async (_name, text) => {
    const page = await site.openSession({ dialect });
    const reply = await ask(page, text);
    // A text area makes every line break one character.
    const typed = text.replaceAll("\r\n", "\n");
    expect(await reply.locator(".payload").textContent()).toBe(typed);
    expect(await reply.innerText()).toContain("identical");
  });

  it("gives back 64 KiB, folded until all of it is wanted", async () => {
    const page = await site.openSession({ dialect });
    const text = Array.from({ length: 16 }, (_, i) => `${"é".repeat(2047)}${i % 10}`).join("\n");
    const reply = await ask(page, text);
    expect(await reply.innerText()).toContain("identical");
    expect((await reply.locator(".payload").textContent())?.length).toBeLessThan(2000);
    await reply.getByRole("button", { name: "Show all" }).click();
    expect(await reply.locator(".payload").textContent()).toBe(text);
    await reply.getByRole("button", { name: "Show less" }).click();
    expect((await reply.locator(".payload").textContent())?.length).toBeLessThan(2000);
  });

  it("gives back bytes as bytes", async () => {
    const page = await site.openSession({ dialect });
    await page.getByRole("radio", { name: "Hex" }).check({ force: true });
    const reply = await ask(page, "00 ff 68 69");
    const words = await reply.innerText();
    expect(words).toContain("binary");
    expect(words).toContain("4 B");
    expect(words).toContain("00 ff 68 69");
    expect(words).toContain("..hi");
    expect(words).toContain("identical");
  });
});

describe("a message", () => {
  it("stays text, whatever it says", async () => {
    const page = await site.openSession();
    const text = '<img src=x onerror="alert(1)"><script>alert(2)</script><b>bold</b>';
    const reply = await ask(page, text);
    expect(await reply.locator(".payload").textContent()).toBe(text);
    expect(await page.locator(".transcript img, .transcript script, .transcript b").count()).toBe(
      0,
    );
  });

  it("may be empty, but not by a slip on the Enter key", async () => {
    const page = await site.openSession();
    await composer(page).press("Enter");
    await page.getByRole("button", { name: "Send" }).click();
    const reply = rows(page, "received").first();
    await reply.waitFor();
    expect(await reply.innerText()).toContain("(empty)");
    expect(await rows(page, "sent").count()).toBe(1);
  });

  it("goes with Enter and Ctrl+Enter; Shift+Enter starts a line", async () => {
    const page = await site.openSession();
    await composer(page).focus();
    await page.keyboard.type("a");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("b");
    await page.keyboard.press("Control+Enter");
    const reply = rows(page, "received").first();
    await reply.waitFor();
    expect(await reply.locator(".payload").textContent()).toBe("a\nb");
  });

  it("is not sent by the Enter that chooses a word in an input method", async () => {
    const page = await site.openSession();
    await composer(page).fill("nihao");
    await composer(page).dispatchEvent("keydown", { key: "Enter", isComposing: true });
    expect(await composer(page).inputValue()).toBe("nihao");
    await composer(page).press("Enter");
    await rows(page, "received").waitFor();
    expect(await rows(page, "sent").count()).toBe(1);
  });

  it("is held back where it is too big for the server, which hello tells", async () => {
    const small = await startServer({ limits: { maxMessageBytes: 1024 } });
    await using _server = small.server;
    const page = await openSession(small.httpUrl);
    await page.getByText("0 B / 1 KiB").waitFor();
    await composer(page).fill('"'.repeat(600));
    await page
      .getByText(/Too big: 1,\d{3} bytes on the wire, and the server takes at most/)
      .waitFor();
    await composer(page).press("Enter");
    expect(await composer(page).inputValue()).toHaveLength(600);
    await ask(page, "x".repeat(600));
    await state(page, "Connected").waitFor();
  });

  it("is held back where it is no hexadecimal, and says which character is none", async () => {
    const page = await site.openSession();
    await page.getByRole("radio", { name: "Hex" }).check({ force: true });
    await composer(page).fill("00 zz");
    await page.getByText("“z” is not a hexadecimal digit.").waitFor();
    await composer(page).press("Enter");
    expect(await rows(page, "sent").count()).toBe(0);
  });
});

describe("a server that does not simply echo", () => {
  it("is found out, to the byte", async () => {
    const other = await startServer({
      onMessage: (message) =>
        message.kind === "text" ? message.text.replace("e", "E") : message.data,
    });
    await using _server = other.server;
    const page = await openSession(other.httpUrl);
    const reply = await ask(page, "héllo here");
    expect(await reply.innerText()).toContain("differs at byte 8");
  });

  it("has its error shown at the message, which can be sent again", async () => {
    let broken = true;
    const other = await startServer({
      onMessage: (message) => {
        if (broken) throw new Error("broken");
        return message.kind === "text" ? message.text : message.data;
      },
    });
    await using _server = other.server;
    const page = await openSession(other.httpUrl);
    await composer(page).fill("hello");
    await composer(page).press("Enter");
    await rows(page, "sent").getByText("refused 1011").waitFor();
    broken = false;
    await rows(page, "sent").getByRole("button", { name: "Send again" }).click();
    await rows(page, "received").getByText("identical").waitFor();
  });
});

describe("many messages", () => {
  const fillUp = async (page: Page, count: number): Promise<void> => {
    for (let i = 1; i <= count; i++) {
      await composer(page).fill(`message ${i}`);
      await composer(page).press("Enter");
    }
    await page.getByText(`${2 * count + 1} entries`).waitFor();
  };
  const isVisible = (page: Page, text: string) =>
    rows(page, "received").getByText(text, { exact: true }).isVisible();

  it("keep the end in view, until a person scrolls up", async () => {
    const held = new EventEmitter();
    const slow = await startServer({
      onMessage: async (message) => {
        if (message.kind === "binary") return message.data;
        if (message.text === "slow") await once(held, "release");
        return message.text;
      },
    });
    await using _server = slow.server;
    const page = await openSession(slow.httpUrl);
    await fillUp(page, 30);
    await expect.poll(() => isVisible(page, "message 30")).toBe(true);
    // Only what can be seen is there, and each row says which of how many it is.
    expect(await page.getByRole("listitem").count()).toBeLessThan(40);
    const last = page.getByRole("listitem").last();
    expect(await last.getAttribute("aria-posinset")).toBe("61");
    expect(await last.getAttribute("aria-setsize")).toBe("61");

    await composer(page).fill("slow");
    await composer(page).press("Enter");
    await rows(page, "sent").getByText("waiting").waitFor();
    await page.getByRole("region", { name: "Transcript" }).hover();
    await page.mouse.wheel(0, -5000);
    await page.getByRole("button", { name: "Go to the end" }).waitFor();
    const top = () => page.locator(".scroller").evaluate((element) => element.scrollTop);
    await expect.poll(top).toBe(0);
    // What arrives now is counted, and does not move what is being read.
    held.emit("release");
    const toEnd = page.getByRole("button", { name: "Go to the end: 1 new" });
    await toEnd.waitFor();
    expect(await top()).toBe(0);
    await toEnd.click();
    await expect.poll(() => isVisible(page, "slow")).toBe(true);
    expect(await page.getByRole("button", { name: "Go to the end" }).count()).toBe(0);
  });

  it("can be cleared, and go on", async () => {
    const page = await site.openSession();
    await fillUp(page, 3);
    await page.getByRole("button", { name: "Clear the transcript" }).click();
    await page.getByText("0 entries").waitFor();
    await ask(page, "after");
    await page.getByText("2 entries").waitFor();
  });
});
