import { EventEmitter, once } from "node:events";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { createMemoryUsers } from "@wsecho/server";
import { startAnyServer } from "../support/any-server.ts";
import { useSite } from "../support/fixture.ts";
import { ask, composer, connectRaw, importFile, logIn, rows, state } from "../support/page.ts";
import { placeAtRest } from "../support/rest.ts";

const password = "pencil";
const gate = new EventEmitter();
const site = useSite({
  server: {
    users: await createMemoryUsers({ ada: password, bob: password }, 4096),
    onMessage: async (message) => {
      if (message.kind === "binary") return message.data;
      if (message.text === "later") await once(gate, "open");
      return message.text;
    },
  },
});

const host = () => `127.0.0.1:${site.port}`;
const tab = (page: Page, name: string | RegExp) => page.getByRole("tab", { name });
const openAnother = (page: Page) =>
  page.getByRole("button", { name: "New session beside this one" }).click();

const openAs = (username: string) => site.openSession({ username, password });
/** Ada and Bob, and Bob in view. */
const openBoth = async (): Promise<Page> => {
  const page = await openAs("ada");
  await openAnother(page);
  await logIn(page, { username: "bob", password });
  await composer(page).waitFor();
  return page;
};

describe("several sessions in one page", () => {
  it("are two users at once, each with their own transcript, draft and figures", async () => {
    const page = await openAs("ada");
    expect(await page.getByRole("tablist").count()).toBe(0);
    await ask(page, "from ada");
    await composer(page).fill("draft of ada");
    await openAnother(page);
    expect(await tab(page, "New session").getAttribute("aria-selected")).toBe("true");
    await logIn(page, { username: "bob", password });
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe("");
    await ask(page, "from bob");
    await page.getByText("3 entries").waitFor();
    expect(await rows(page, "received").allInnerTexts()).toEqual([
      expect.stringContaining("from bob"),
    ]);
    await tab(page, `ada@${host()} Connected`).click();
    await rows(page, "received").getByText("from ada").waitFor();
    expect(await composer(page).inputValue()).toBe("draft of ada");
    await page.getByText("as ada", { exact: true }).waitFor();
    // Two connections, both alive.
    await ask(page, "ada again");
    await tab(page, /^bob/).click();
    await ask(page, "bob again");
  });

  it("come back as they were left: where somebody read, the filter, what was unfolded", async () => {
    const page = await openAs("ada");
    for (let i = 1; i <= 20; i++) {
      await composer(page).fill(`message ${i}${"\nmore".repeat(9)}`);
      await composer(page).press("Enter");
    }
    await page.getByText("41 entries").waitFor();
    await page.getByRole("region", { name: "Transcript" }).focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Home");
    const second = page.locator('[data-seq="2"]');
    await second.getByRole("button", { name: "Show all" }).click();
    await second.getByRole("button", { name: "Show less" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Go to the end" }).waitFor();
    const before = await placeAtRest(second);
    await openAnother(page);
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    await tab(page, /^ada/).click();
    await second.getByRole("button", { name: "Show less" }).waitFor();
    await expect
      .poll(async () => Math.abs((await placeAtRest(second)) - before))
      .toBeLessThanOrEqual(2);
    await page.getByRole("button", { name: "Go to the end" }).waitFor();
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("searchbox", { name: "Search" }).fill("message 7");
    await page.getByText("2 of 41 shown").waitFor();
    await tab(page, "New session").click();
    await tab(page, /^ada/).click();
    await page.getByText("2 of 41 shown").waitFor();
  });

  it("go where a person scrolls at once as they come back, and stay there", async () => {
    const page = await openAs("ada");
    const message = { v: 1, t: new Date(0).toISOString(), type: "message", dir: "s2c" };
    const lines = Array.from({ length: 500 }, (_, i) =>
      JSON.stringify({ ...message, text: `row ${i}${"\nmore".repeat(i % 5)}` }),
    );
    await importFile(page, "rows.jsonl", lines.join("\n"));
    const scroller = page.getByRole("region", { name: "Transcript" });
    await scroller.evaluate((list) => {
      list.scrollTop = list.scrollHeight / 2;
    });
    await page.getByRole("button", { name: "Go to the end" }).waitFor();
    await openAnother(page);
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    const tops = await page.evaluate(async () => {
      const frame = () => new Promise(requestAnimationFrame);
      const list = () => document.querySelector(".scroller");
      const top = (): number => {
        const edge = list()?.getBoundingClientRect().top ?? 0;
        const rows = [...(list()?.querySelectorAll("li") ?? [])];
        return Number(rows.find((row) => row.getBoundingClientRect().bottom > edge)?.ariaPosInSet);
      };
      document.querySelector<HTMLElement>("[role=tab]")?.click();
      while (Number.isNaN(top())) await frame();
      const left = top();
      list()?.scrollBy({ top: -2000, behavior: "instant" });
      for (let i = 0; i < 3; i++) await frame();
      const scrolled = top();
      for (let i = 0; i < 30; i++) await frame();
      return { left, scrolled, last: top() };
    });
    expect(tops.scrolled).toBeLessThan(tops.left - 8);
    expect(tops.last).toBe(tops.scrolled);
  });

  it("count what comes to one out of view, and read none of it out", async () => {
    const page = await openAs("ada");
    await composer(page).fill("later");
    await composer(page).press("Enter");
    await rows(page, "sent").getByText("waiting").waitFor();
    await openAnother(page);
    await logIn(page, { username: "bob", password });
    await composer(page).waitFor();
    const spoken = page.locator("#app > [role=status]");
    await expect.poll(() => spoken.innerText()).toBe("Logged in as bob");
    gate.emit("open");
    await tab(page, `ada@${host()} Connected 1 new`).waitFor();
    await ask(page, "hello");
    await expect.poll(() => spoken.innerText()).toBe("Received: hello");
    await tab(page, /^ada/).click();
    await rows(page, "received").getByText("later").waitFor();
    await tab(page, `ada@${host()} Connected`).waitFor();
    expect(await tab(page, /new/).count()).toBe(0);
  });

  it("watch a feed of frames each at once, which shows its own and nothing of the other's", async () => {
    const page = await site.open();
    const frames = (words: string) => page.locator(".frame-row[data-kind=frame]").getByText(words);
    const live = page.locator(".frames .pill").getByText("Live", { exact: true });
    const watchAs = async (username: string): Promise<void> => {
      // The feed logs in with what a reconnect would.
      await logIn(page, { username, password, autoReconnect: true });
      await composer(page).waitFor();
      // Once open, the pane is there for each session.
      if (username === "ada")
        await page.getByRole("button", { name: "Frames", exact: true }).click();
      await live.waitFor();
      await ask(page, `from ${username}`);
      await frames(`"from ${username}"`).nth(1).waitFor();
    };
    await watchAs("ada");
    await openAnother(page);
    await watchAs("bob");
    expect(await frames("from ada").count()).toBe(0);
    await tab(page, /^ada/).click();
    await frames('"from ada"').nth(1).waitFor();
    await live.waitFor();
    await ask(page, "ada again");
    await frames('"ada again"').nth(1).waitFor();
    expect(await frames("from bob").count()).toBe(0);
    await tab(page, /^bob/).click();
    await ask(page, "bob again");
    await frames('"bob again"').nth(1).waitFor();
    expect(await frames("ada").count()).toBe(0);
  });

  it("come back after a reload as their forms, with drafts and filter; nothing is connected or sent", async () => {
    await using other = await startAnyServer();
    const page = await openBoth();
    await composer(page).fill("draft of bob");
    await openAnother(page);
    await connectRaw(page, { ...other, url: `${other.url}/?room=1&token=s3cret` });
    await tab(page, /^ada/).click();
    await composer(page).fill("draft of ada");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("searchbox", { name: "Search" }).fill("no such words");
    await page.getByText("0 of 1 shown").waitFor();
    const stored = await page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)));
    expect(stored).not.toMatch(/s3cret|pencil/);
    let connections = 0;
    page.on("websocket", () => (connections += 1));
    await page.reload();
    const raw = other.url.replace("ws://", "");
    await expect
      .poll(() => page.getByRole("tab").allInnerTexts())
      .toEqual(
        [`ada@${host()}`, `bob@${host()}`, raw].map((name): unknown =>
          expect.stringContaining(name),
        ),
      );
    expect(await tab(page, /^ada/).getAttribute("aria-selected")).toBe("true");
    expect(connections).toBe(0);
    await tab(page, `${raw} Not connected`).click();
    const address = page.getByLabel("Server", { exact: true });
    expect(await address.inputValue()).toBe(`${other.url}/?room=1`);
    expect(await page.getByRole("radio", { name: "raw" }).isChecked()).toBe(true);
    await tab(page, /^bob/).click();
    expect(await page.getByLabel("User name").inputValue()).toBe("bob");
    await logIn(page, { username: "bob", password });
    expect(await composer(page).inputValue()).toBe("draft of bob");
    await tab(page, /^ada/).click();
    await logIn(page, { username: "ada", password });
    expect(await composer(page).inputValue()).toBe("draft of ada");
    await page.getByText("0 of 1 shown").waitFor();
  });

  it("go on when one is closed, which is asked first where it would end something", async () => {
    await using other = await startAnyServer();
    const name = other.url.replace("ws://", "");
    const page = await openAs("ada");
    await openAnother(page);
    const socket = await connectRaw(page, other);
    await page.getByRole("button", { name: `Close ${name}` }).click();
    const question = page.getByRole("dialog", { name: `Close ${name}?` });
    await question.getByText("It is still connected.").waitFor();
    await page.keyboard.press("Escape");
    await ask(page, "still here");
    const closed = once(socket, "close");
    await page.getByRole("button", { name: `Close ${name}` }).click();
    await question.getByRole("button", { name: "Close the session" }).click();
    expect((await closed).map(String)).toEqual(["1000", "user exit"]);
    await page.getByText("as ada", { exact: true }).waitFor();
    expect(await page.getByRole("tablist").count()).toBe(0);
    await ask(page, "from ada");
    // What holds nothing goes without a question.
    await openAnother(page);
    await page.getByRole("button", { name: "Close New session" }).click();
    await page.getByText("as ada", { exact: true }).waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
  });

  it("are chosen and closed by the keyboard alone", async () => {
    const page = await openBoth();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await tab(page, /^bob/).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText("as ada", { exact: true }).waitFor();
    await expect.poll(focused).toContain("ada@");
    await page.keyboard.press("End");
    await page.getByText("as bob", { exact: true }).waitFor();
    await page.keyboard.press("Home");
    await page.getByText("as ada", { exact: true }).waitFor();
    // One stop of the Tab key, whichever is chosen.
    expect(await tab(page, /^bob/).getAttribute("tabindex")).toBe("-1");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
      `Close ada@${host()}`,
    );
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Delete");
    // What is asked first is whether to keep it.
    await page.getByRole("dialog").waitFor();
    await expect.poll(focused).toBe("Keep it");
    for (let i = 0; i < 2; i++) await page.keyboard.press("Tab");
    expect(await focused()).toBe("Close the session");
    await page.keyboard.press("Enter");
    await page.getByText("as bob", { exact: true }).waitFor();
    await expect.poll(() => page.getByRole("tablist").count()).toBe(0);
  });

  it("tell in the tab and the live region that one out of view ended", async () => {
    await using other = await startAnyServer();
    const page = await openAs("ada");
    await openAnother(page);
    const socket = await connectRaw(page, other);
    await tab(page, /^ada/).click();
    socket.close(4000, "enough");
    const name = other.url.replace("ws://", "");
    await tab(page, `${name} Ended`).waitFor();
    await page
      .locator("#app > [role=status]")
      .getByText(`${name}: closed, 4000 Private code`)
      .waitFor({ state: "attached" });
    await state(page, "Connected").waitFor();
  });
});

describe("a flood in a session out of view", () => {
  it("leaves the one in view usable, and stays within the page's room", async () => {
    await using talker = await startAnyServer();
    const page = await site.open();
    await page.evaluate(() => localStorage.setItem("wsecho.room", "10000"));
    await page.reload();
    const socket = await connectRaw(page, talker);
    await openAnother(page);
    await logIn(page, { username: "ada", password });
    await composer(page).waitFor();

    let lines = 0;
    const flood = setInterval(() => {
      // As much as the page takes in, and no more.
      if (socket.bufferedAmount < 100_000)
        for (let i = 0; i < 100; i++) socket.send(`line ${lines++}`);
    }, 10);
    try {
      const shown = page.locator(".tab-unread");
      await shown.waitFor();
      const before = await shown.innerText();
      for (let i = 0; i < 3; i++) await ask(page, `in between ${i}`);
      // It went on all the while.
      await expect.poll(() => shown.innerText()).not.toBe(before);
      await expect.poll(() => lines, { timeout: 15_000 }).toBeGreaterThan(15_000);
    } finally {
      clearInterval(flood);
    }
    socket.send("the last line");
    await page.getByRole("tab").first().click();
    await page.getByText("the last line", { exact: true }).waitFor();
    await page.getByText("older dropped").waitFor();
    const held = Number((await page.getByText(/^[\d,]+ entries$/).innerText()).replace(/\D/g, ""));
    expect(held).toBeLessThanOrEqual(11_000);
    await page.getByRole("tab").last().click();
    await ask(page, "after it");
    await page.getByText("9 entries").waitFor();
  });
});
