import { EventEmitter, once } from "node:events";
import { describe, expect, it } from "vitest";
import { useSite } from "../support/fixture.ts";
import {
  ask,
  composer,
  connectionFailed,
  logIn,
  openPage,
  openSession,
  password,
  rows,
  startServer,
  state,
  user,
} from "../support/page.ts";
import { tooWide, violations } from "../support/checks.ts";
import { visits } from "../support/visit.ts";

const site = useSite({ allowed: [connectionFailed] });

/** Each part of the page's states in each language. */
const views = ["en", "zh-CN"].flatMap((locale) =>
  Object.entries(visits).map(([part, visit]) => ({ locale, part, visit })),
);

describe.each(["light", "dark"] as const)("the page in %s", (colorScheme) => {
  it.each(views)(
    "has nothing that axe objects to: $part, in $locale",
    async ({ locale, visit }) => {
      const found: string[] = [];
      await visit({ colorScheme, locale }, async (page, where) => {
        expect(await page.locator("html").getAttribute("lang")).toBe(locale);
        found.push(...(await violations(page)).map((violation) => `${where}: ${violation}`));
      });
      expect(found).toEqual([]);
    },
  );
});

describe("axe", () => {
  it("would find a field without a name", async () => {
    const page = await site.open();
    await page.getByLabel("User name").evaluate((field) => field.removeAttribute("id"));
    expect(await violations(page)).toEqual([expect.stringMatching(/^label: <input/)]);
  });

  it("looks at no colour that is still on its way to another", async () => {
    const page = await site.open();
    await page.locator("button.primary").evaluate((button: HTMLElement) => {
      const { style } = button;
      style.transition = "none";
      style.backgroundColor = getComputedStyle(button).color;
      // Laid out, so that the way begins there.
      button.getBoundingClientRect();
      style.transition = "background-color 2s";
      style.backgroundColor = "";
    });
    expect(await violations(page)).toEqual([]);
  });
});

describe("a narrow screen", () => {
  it.each(views)(
    "never scrolls sideways at 320 px: $part, in $locale",
    async ({ locale, visit }) => {
      const wide: string[] = [];
      const viewport = { width: 320, height: 640 };
      await visit({ viewport, locale }, async (page, where) => {
        wide.push(...(await tooWide(page)).map((name) => `${where}: ${name}`));
      });
      expect(wide).toEqual([]);
    },
  );

  it("would be found out if it did", async () => {
    const page = await site.open({ viewport: { width: 320, height: 640 } });
    await page.getByRole("button", { name: "Log in" }).waitFor();
    await page.locator(".privacy").evaluate((element) => {
      element.textContent = "x".repeat(100);
    });
    expect(await tooWide(page)).not.toEqual([]);
  });
});

describe("a session that is gone, on a narrow screen", () => {
  it.each(["en", "zh-CN"])("shows what it is called, and the field: %s", async (locale) => {
    const own = await startServer();
    const { page } = await openPage(own.httpUrl, {
      ...{ viewport: { width: 320, height: 640 }, locale },
    });
    const enter = async (): Promise<void> => {
      await page.locator("input[type=password]").fill(password);
      await page.keyboard.press("Enter");
    };
    await page.locator("input[autocomplete=username]").fill(user);
    await enter();
    await page.locator("textarea").waitFor();
    await own.server.close({ restarting: true });
    await page.locator(".panel form").waitFor();
    await enter();
    await page.locator(".panel .command").waitFor();
    const panel = page.locator(".panel");
    const seen = () =>
      panel.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return [".notice-title", "input[type=password]", "[type=submit]"].filter((part) => {
          const box = element.querySelector(part)?.getBoundingClientRect();
          return box !== undefined && box.top >= top && box.bottom <= Math.min(bottom, innerHeight);
        });
      });
    await expect.poll(seen).toEqual([".notice-title", "input[type=password]", "[type=submit]"]);
    expect(await violations(page)).toEqual([]);
  });
});

describe("a laptop's screen", () => {
  it.each([
    { width: 1280, height: 800, locale: "en" },
    { width: 1366, height: 768, locale: "en" },
    { width: 1366, height: 768, locale: "zh-CN" },
  ])(
    "has the whole login form in view: $width × $height, $locale",
    async ({ locale, ...viewport }) => {
      const page = await site.open({ viewport, locale });
      const form = page.locator("form.card");
      await form.waitFor();
      const { bottom, scrolled } = await form.evaluate((card) => ({
        bottom: card.getBoundingClientRect().bottom,
        scrolled: card.parentElement?.scrollTop,
      }));
      expect(bottom).toBeLessThanOrEqual(viewport.height);
      expect(scrolled).toBe(0);
    },
  );
});

describe("the keyboard alone", () => {
  it("logs in, sends, reads, leaves and comes back", async () => {
    const page = await site.open();
    const press = (key: string) => page.keyboard.press(key);
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        const { labels } = element as Partial<HTMLInputElement>;
        const label = element?.getAttribute("aria-label") ?? labels?.[0]?.textContent;
        return label ?? element?.textContent;
      });
    const tabTo = async (name: string): Promise<void> => {
      const seen: unknown[] = [];
      for (let i = 0; i < 20; i++) {
        await press("Tab");
        const here = await focused();
        if (here === name) return;
        seen.push(here);
      }
      expect.fail(`no ${name} among ${seen.join(", ")}`);
    };
    await page.getByRole("button", { name: "Log in" }).waitFor();
    await tabTo("Keys, codes, settings");
    await tabTo("Theme");
    await tabTo("Language");
    await tabTo("Server");
    await tabTo("v1");
    await press("ArrowRight");
    expect(await focused()).toBe("plain");
    await press("ArrowLeft");
    await tabTo("User name");
    await page.keyboard.type(user);
    await tabTo("Password");
    await page.keyboard.type(password);
    await tabTo("Show password");
    await tabTo("Reconnect automatically");
    await tabTo("Log in");
    await press("Enter");
    await state(page, "Connected").waitFor();
    // The keyboard is where one goes on.
    await expect.poll(focused).toBe("Message");
    await page.keyboard.type("hello");
    await press("Enter");
    await rows(page, "received").getByText("hello").waitFor();
    await press("Shift+Tab");
    expect(await focused()).toBe("Transcript");
    await press("Shift+Tab");
    expect(await focused()).toBe("Clear the transcript");
    for (let i = 0; i < 8 && (await focused()) !== "Leave"; i++) await press("Shift+Tab");
    expect(await focused()).toBe("Leave");
    await press("Enter");
    await page.getByText("You left").waitFor();
    await expect.poll(focused).toBe("Password for admin");
    await page.keyboard.type(password);
    await press("Enter");
    await state(page, "Connected").waitFor();
    await expect.poll(focused).toBe("Message");
  });

  it("is seen wherever it is", async () => {
    const page = await site.open();
    await page.getByRole("button", { name: "Log in" }).waitFor();
    const unseen: (string | undefined)[] = [];
    for (let i = 0; i < 9; i++) {
      await page.keyboard.press("Tab");
      const missing = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return undefined;
        // A radio button shows it at the words beside it.
        const shown = element.matches("[type=radio]") ? element.nextElementSibling : element;
        const { outlineStyle, outlineWidth } = getComputedStyle(shown ?? element);
        return outlineStyle === "none" || outlineWidth === "0px" ? element.outerHTML : undefined;
      });
      if (missing !== undefined) unseen.push(missing);
    }
    expect(unseen).toEqual([]);
  });
});

describe("a screen reader", () => {
  it("hears of logins, replies and closes, and of many replies as a number", async () => {
    const gate = new EventEmitter();
    const slow = await startServer({
      onMessage: async (message) => {
        if (message.kind === "binary") return message.data;
        if (message.text === "one") await once(gate, "open");
        return message.text;
      },
    });
    await using _server = slow.server;
    const { page } = await openPage(slow.httpUrl);
    const heard: string[] = [];
    await page.exposeFunction("hear", (words: string) => heard.push(words));
    await page.evaluate(() => {
      const region = document.querySelector("#app > [role=status]");
      if (region === null) throw new Error("there is no live region");
      const { hear } = globalThis as unknown as { readonly hear: (words: string) => void };
      const observer = new MutationObserver(() => hear(region.textContent));
      observer.observe(region, { childList: true, characterData: true, subtree: true });
    });
    await logIn(page);
    await expect.poll(() => heard).toEqual(["Logged in as admin"]);
    await composer(page).waitFor();
    for (const text of ["one", "two", "three"]) {
      await composer(page).fill(text);
      await composer(page).press("Enter");
    }
    await expect.poll(() => rows(page, "sent").getByText("waiting").count()).toBe(3);
    gate.emit("open");
    // The first is said at once, unless something else has just been said.
    await expect
      .poll(() => heard.slice(1).join("; "))
      .toMatch(/^(Received: one; 2|3) messages received$/);
    await page.getByRole("button", { name: "Leave" }).click();
    await expect.poll(() => heard.at(-1)).toContain("Closed, 1000 Normal closure");
  });
});

describe("the language", () => {
  it("can be switched at any time, and is remembered; nothing else is", async () => {
    const page = await site.openSession();
    const reply = await ask(page, "hello");
    await page.getByRole("combobox", { name: "Language" }).selectOption("zh-CN");
    await reply.getByText("一致").waitFor();
    await page.getByRole("button", { name: "退出" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
    await page.reload();
    await page.getByRole("button", { name: "登录" }).waitFor();
    expect(await page.evaluate(() => Object.entries(localStorage))).toEqual([
      ["wsecho.language", "zh-CN"],
    ]);
  });

  it("can still be switched when the page's server is gone", async () => {
    const gone = await startServer();
    const page = await openSession(gone.httpUrl);
    await gone.server.close();
    await state(page, "Ended").waitFor();
    await page.getByRole("combobox", { name: "Language" }).selectOption("zh-CN");
    await page.getByText("服务器结束了会话").waitFor();
  });
});

describe("the Content-Security-Policy", () => {
  it("is strict, and the watch for violations notices one", async () => {
    const { page, complaints } = await openPage(site.httpUrl);
    const response = await page.reload();
    const policy = response?.headers()["content-security-policy"] ?? "";
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    await page.getByRole("button", { name: "Log in" }).waitFor();
    expect(complaints).toEqual([]);
    await page.evaluate(() => {
      document.body.insertAdjacentHTML("beforeend", '<p style="color: red">x</p>');
    });
    await expect.poll(() => complaints.join()).toContain("violates style-src-attr");
    complaints.length = 0;
  });
});
