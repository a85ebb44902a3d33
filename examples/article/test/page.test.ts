import { launchBrowser } from "@wsecho/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { articlePage, startArticle, startOurs } from "./support/servers.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe("the article's page, opened from disk", () => {
  it.each([
    ["the article's server", startArticle],
    ["our server", startOurs],
  ])("logs in at %s with Origin: null and talks", async (_name, start) => {
    await using server = await start();
    const page = await browser.newPage();
    await page.goto(`${articlePage}?url=${encodeURIComponent(server.url)}`);
    const log = page.locator("#log");
    const say = async (field: string, text: string, button: string): Promise<void> => {
      await page.fill(field, text);
      await page.click(button);
    };
    await say("#login", "admin:wrong", "#connect");
    await log.getByText("sorry, the username or password is wrong").waitFor();
    await say("#login", "admin:123456", "#connect");
    await log.getByText("congratulation, you have connect with server").waitFor();
    await say("#text", "hello 🙂", "#submit");
    await log.getByText("your submit context: hello 🙂").waitFor();
    expect(await page.evaluate(() => location.origin)).toBe("file://");
    await page.close();
  });
});
