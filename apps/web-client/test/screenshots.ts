// Pictures of the page in its states, to be looked at after a change to its looks:
//     pnpm --filter @wsecho/web-client screenshots [name of a state …]
// They go to reports/web/ at the root, which git ignores. The lockfile's Chromium has no Chinese
// font: install one in the system, or set WSECHO_CHROMIUM to a browser of yours.
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions } from "playwright-core";
import { setup } from "./support/build-page.ts";
import { closeBrowser, closePages, openPage, startServer } from "./support/page.ts";
import { openFrames, visitFrames } from "./support/visit-frames.ts";
import { visits } from "./support/visit.ts";

const out = fileURLToPath(new URL("../../../reports/web", import.meta.url));
const wanted = process.argv.slice(2);
const widths = {
  wide: { width: 1280, height: 800 },
  middle: { width: 768, height: 900 },
  narrow: { width: 320, height: 640 },
};
const views: Record<string, BrowserContextOptions> = {};
for (const [width, viewport] of Object.entries(widths)) {
  for (const colorScheme of ["light", "dark"] as const)
    views[`${width}-${colorScheme}`] = { viewport, colorScheme };
}
views["wide-forced"] = { viewport: widths.wide, forcedColors: "active" };
views["narrow-zh"] = { viewport: widths.narrow, locale: "zh-CN" };

await setup();
const running = await startServer();
for (const [view, options] of Object.entries(views)) {
  let count = 0;
  for (const visit of Object.values(visits)) {
    await visit(options, async (shown, where) => {
      count += 1;
      if (wanted.length > 0 && !wanted.includes(where)) return;
      const name = `${view}-${String(count).padStart(2, "0")}-${where}.png`;
      await shown.screenshot({ path: `${out}/${name}`, animations: "disabled" });
    });
    await closePages();
  }

  const { page } = await openPage(running.httpUrl, options);
  await openFrames(page);
  await visitFrames(page, async (where) => {
    const name = `${view}-frames-${where.replaceAll(/\W+/g, "-")}.png`;
    await page.screenshot({ path: `${out}/${name}`, animations: "disabled" });
  });
  await closePages();
}
await closeBrowser();
await running.server.close();
