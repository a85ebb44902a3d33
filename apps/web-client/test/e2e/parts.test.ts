import { describe, expect, it } from "vitest";
import { useSite } from "../support/fixture.ts";
import { ask, composer, logIn } from "../support/page.ts";

const site = useSite({ allowed: [/Failed to load resource/] });

describe("a part of the page that did not come", () => {
  it("is said to be missing, and comes once it is tried again, with its style", async () => {
    const page = await site.open();
    let gone = true;
    // As from a server that restarts meanwhile.
    await page.route(/\/assets\/session-view-/, (route) =>
      gone ? route.abort("connectionrefused") : route.continue(),
    );
    await page.reload();
    await logIn(page);
    const missing = page.locator("main").getByText("A part of this page could not be loaded");
    const again = page.getByRole("button", { name: "Try again" });
    await missing.waitFor();
    await again.click();
    // Still gone.
    await expect.poll(() => again.getAttribute("aria-disabled")).toBe("false");
    await missing.waitFor();
    gone = false;
    await again.click();
    await composer(page).waitFor();
    await ask(page, "hello");
  });

  it("is tried again when it is wanted, with its style", async () => {
    const page = await site.open();
    let gone = true;
    await page.route(/\/assets\/session-tabs-.*\.(js|css)$/, (route) =>
      gone ? route.abort("connectionrefused") : route.continue(),
    );
    const failed = page.waitForEvent("requestfailed");
    await page.reload();
    await failed;
    await logIn(page);
    await composer(page).waitFor();
    gone = false;
    await page.getByRole("button", { name: "New session beside this one" }).click();
    await page.getByRole("tablist").waitFor();
    const { overflowX } = await page
      .getByRole("tablist")
      .evaluate((list) => ({ overflowX: getComputedStyle(list).overflowX }));
    expect(overflowX).toBe("auto");
  });
});
