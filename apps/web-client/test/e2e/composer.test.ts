import { describe, expect, it } from "vitest";
import { useSite } from "../support/fixture.ts";
import { ask, composer, logIn, rows } from "../support/page.ts";

const site = useSite();

describe("the composer", () => {
  it("recalls with ↑ and ↓, counts bytes, and keeps the draft over a reload", async () => {
    const page = await site.openSession();
    await ask(page, "first");
    await ask(page, "second");
    await composer(page).fill("");
    for (const [key, text] of [
      ["ArrowUp", "second"],
      ["ArrowUp", "first"],
      ["ArrowDown", "second"],
      ["ArrowDown", ""],
    ] as const) {
      await composer(page).press(key);
      expect(await composer(page).inputValue()).toBe(text);
    }
    await composer(page).fill("你好");
    await page.getByTestId("draft-size").getByText("6 B").waitFor();
    await page.reload();
    await logIn(page);
    await expect.poll(() => composer(page).inputValue()).toBe("你好");
  });

  it("sends checked JSON as text, Base64 and files as bytes", async () => {
    const page = await site.openSession();
    const mode = (name: string) => page.getByRole("radio", { name }).check({ force: true });
    await mode("JSON");
    await composer(page).fill('{"a":');
    await page.getByText("Not JSON").waitFor();
    await composer(page).press("Enter");
    expect(await rows(page, "sent").count()).toBe(0);
    await composer(page).fill('{"a":1}');
    await page.getByRole("button", { name: "Tidy" }).click();
    await composer(page).press("Enter");
    await rows(page, "received").getByText("identical").waitFor();
    expect(await rows(page, "received").locator(".payload").textContent()).toBe('{\n  "a": 1\n}');
    await mode("Base64");
    await ask(page, "AP9oaQ==");
    await rows(page, "received").nth(1).getByText("00 ff 68 69").waitFor();
    await mode("File");
    await page
      .getByLabel("File to send")
      .setInputFiles({ name: "a.bin", mimeType: "x/y", buffer: Buffer.from([1, 2, 3]) });
    await page.getByTestId("draft-size").getByText("3 B").waitFor();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await rows(page, "received").nth(2).getByText("01 02 03").waitFor();
  });

  it("sends again and again, as often as it is told, until it is stopped", async () => {
    const page = await site.openSession();
    await composer(page).fill("tick");
    await page.getByRole("button", { name: "Repeat…" }).click();
    await page.getByLabel("Then every (s)").fill("0.01");
    await page.getByLabel("Times").fill("3");
    // It is no part of the message's form.
    await page.getByLabel("Times").press("Enter");
    expect(await composer(page).inputValue()).toBe("tick");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("status").getByText("Ended: 3 of 3 sent.").waitFor();
    await rows(page, "received").nth(2).waitFor();
    await page.getByLabel("First after (s)").fill("1000");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("0 of 3 sent").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("status").getByText("Ended: 0 of 3 sent.").waitFor();
  });

  it("keeps snippets in folders, in an order of one's own, over a reload", async () => {
    const page = await site.openSession();
    const keep = async (text: string, name: string): Promise<void> => {
      await composer(page).fill(text);
      await page.getByRole("button", { name: "Snippets" }).click();
      await page.getByLabel("Name", { exact: true }).fill(name);
      await page.getByLabel("Folder", { exact: true }).fill("mine");
      await page.getByRole("button", { name: "Keep the draft" }).click();
      await page.getByRole("button", { name: `Use ${name}` }).waitFor();
      await page.keyboard.press("Escape");
    };
    await keep("one", "a");
    await keep("two", "b");
    await page.getByRole("button", { name: "Snippets" }).click();
    // Twice by keyboard: what is moved keeps it.
    const up = page.getByRole("button", { name: "Move b up" });
    await up.press("Enter");
    await expect
      .poll(() => page.locator(".snippet-name").allInnerTexts())
      .toEqual(["b two", "a one"]);
    await page.keyboard.press("Alt+ArrowDown");
    await expect
      .poll(() => page.locator(".snippet-name").allInnerTexts())
      .toEqual(["a one", "b two"]);
    await page.keyboard.press("Alt+ArrowUp");
    await expect
      .poll(() => page.locator(".snippet-name").allInnerTexts())
      .toEqual(["b two", "a one"]);
    await page.reload();
    await logIn(page);
    await page.getByRole("button", { name: "Snippets" }).click();
    await page.getByRole("heading", { name: "mine" }).waitFor();
    const names = page.locator(".snippet-name");
    expect(await names.allInnerTexts()).toEqual(["b two", "a one"]);
    await page.getByRole("button", { name: "Use a" }).click();
    await expect.poll(() => composer(page).inputValue()).toBe("one");
    // Into another folder: the control goes with it.
    await page.getByRole("button", { name: "Snippets" }).click();
    await page.getByLabel("Name", { exact: true }).fill("c");
    await page.getByLabel("Folder", { exact: true }).fill("yours");
    await page.getByRole("button", { name: "Keep the draft" }).click();
    const folder = page.getByRole("combobox", { name: "Folder of b" });
    await folder.selectOption("yours");
    await expect.poll(() => names.allInnerTexts()).toEqual(["a one", "c one", "b two"]);
    expect(await folder.evaluate((select) => document.activeElement === select)).toBe(true);
  });
});
