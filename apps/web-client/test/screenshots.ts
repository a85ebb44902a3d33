// Pictures of the page in its states, to be looked at after a change to its looks:
//     node --conditions=@wsecho/source test/screenshots.ts
// They go to reports/web/ at the root, which git ignores. The lockfile's Chromium has no Chinese
// font: set WSECHO_CHROMIUM to a browser of yours to see those.
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions } from "playwright-core";
import { setup } from "./support/build-page.ts";
import { closeBrowser, openPage, startServer } from "./support/page.ts";
import { openFrames, visitFrames } from "./support/visit-frames.ts";
import { visit } from "./support/visit.ts";

const out = fileURLToPath(new URL("../../../reports/web", import.meta.url));
const wide = { viewport: { width: 1280, height: 800 } };
const narrow = { viewport: { width: 320, height: 640 } };

const views: Readonly<Record<string, BrowserContextOptions>> = {
  light: { ...wide, colorScheme: "light" },
  dark: { ...wide, colorScheme: "dark" },
  forced: { ...wide, forcedColors: "active" },
  narrow: { ...narrow, colorScheme: "light" },
  "narrow-dark-zh": { ...narrow, colorScheme: "dark", locale: "zh-CN" },
};

await setup();
const running = await startServer();
for (const [view, options] of Object.entries(views)) {
  let count = 0;
  const { page } = await visit(options, async (shown, where) => {
    count += 1;
    const name = `${view}-${String(count).padStart(2, "0")}-${where}.png`;
    await shown.screenshot({ path: `${out}/${name}`, animations: "disabled" });
  });
  await page.context().close();

  const opened = await openPage(running.httpUrl, options);
  await openFrames(opened.page);
  await visitFrames(opened.page, async (where) => {
    const name = `${view}-frames-${where.replaceAll(/\W+/g, "-")}.png`;
    await opened.page.screenshot({ path: `${out}/${name}`, animations: "disabled" });
  });
  await opened.page.context().close();
}
await closeBrowser();
await running.server.close();
