import type { Locator, Page } from "playwright-core";
import { conversation, jsonl, recordsOf } from "./capture.ts";

/** The rows of frames that are drawn. */
export const frames = (page: Page): Locator => page.locator(".frame-row[data-kind=frame]");

/** Of the fields or bytes that are lit, their names or offsets. */
export const lit = (page: Page, attribute: string): Promise<readonly (string | null)[]> =>
  page
    .locator(`.inspector .lit[${attribute}]:not([aria-hidden] *)`)
    .evaluateAll((all, name) => all.map((one) => one.getAttribute(name)), attribute);

/** Opens the Frames view of a page. */
export async function openFrames(page: Page): Promise<void> {
  await page.locator(".frames-toggle").click();
  await page.locator(".frames").waitFor();
}

/** Opens a capture by the view's button. */
export async function openCapture(page: Page, content: string): Promise<void> {
  await page.locator(".frames input[type=file]").setInputFiles({
    name: "conversation.jsonl",
    buffer: Buffer.from(content),
    mimeType: "application/octet-stream",
  });
  await page.locator(".frame-row").first().waitFor();
}

/** Through everything that the view shows of a capture. */
export async function visitFrames(
  page: Page,
  look: (where: string) => Promise<void>,
): Promise<void> {
  await look("intro");
  await openCapture(page, `${jsonl(recordsOf(conversation))}nonsense\n`);
  await page.locator(".frames .notice").waitFor();
  await look("list");
  await page.locator(".export > button").click();
  await page.locator(".export-card").waitFor();
  await look("export");
  await page.keyboard.press("Escape");
  for (const text of ["Hello", "bare", "one, "]) {
    await frames(page).getByText(text, { exact: true }).first().click();
    await page.locator(".byte-grid").waitFor();
    await look(`frame ${text}`);
    await page.locator(".inspector-head button").click();
    await page.locator(".inspector").waitFor({ state: "detached" });
  }
  await page.locator("[data-kind=handshake]").first().click();
  await page.locator(".inspector").waitFor();
  await look("handshake");
  await page.locator(".inspector-head button").click();
  await page.locator(".frames .segments [type=radio]").nth(1).check({ force: true });
  await page.locator("[data-kind=message]").first().click();
  await page.locator(".inspector").waitFor();
  await look("message");
}
