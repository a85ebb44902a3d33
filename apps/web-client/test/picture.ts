// The page of the README, from the running program: pnpm pictures
import { fileURLToPath } from "node:url";
import { setup } from "./support/build-page.ts";
import { closeBrowser, logIn, openPage, startServer, state } from "./support/page.ts";
import { frames, openFrames } from "./support/visit-frames.ts";

const path = fileURLToPath(new URL("../../../docs/pictures/page.png", import.meta.url));

await setup();
const running = await startServer();
const { page } = await openPage(running.httpUrl, { viewport: { width: 1200, height: 640 } });
// So that the page keeps what the feed logs in with.
await logIn(page, { autoReconnect: true });
await state(page, "Connected").waitFor();
await openFrames(page);

await page.locator(".frames").getByText("Live", { exact: true }).first().waitFor();
const message = page.locator(".composer textarea");
for (const text of ["Hello", "Grüße aus dem Browser", '{"id": 7, "ok": true}']) {
  await message.fill(text);
  await message.press("Enter");
  await page.locator(".received").last().waitFor();
}
await frames(page).nth(5).waitFor();
await frames(page).first().click();
await page.locator(".byte-grid").waitFor();
await page.screenshot({ path, animations: "disabled" });
await closeBrowser();
await running.server.close();
