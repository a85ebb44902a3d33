/**
 * How the page holds up with 100,000 entries, beside a bare list of the same library with the same
 * texts, in the same browser and by turns: what the machine does to both is noise.
 *
 *     pnpm --filter @wsecho/web-client run gates [entries]
 *
 * Ends with 1 where a gate is missed. Loads of other programs count in, so run nothing beside it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright-core";
import { build } from "vite";
import type { WebSocket } from "ws";
import { startAnyServer, type AnyServer } from "./support/any-server.ts";
import { setup } from "./support/build-page.ts";
import { closeBrowser, connectRaw, openPage, startServer } from "./support/page.ts";
import { watch, type Watched } from "./support/watch.ts";

const entries = Number(process.argv[2] ?? 100_000);
const rounds = 4;
const perRound = 20;
const stepPx = 1500;

/** A text of some 200 bytes and one to nine lines; low ones and high ones come in crowds. */
const textOf = (i: number): string => {
  const lines = Math.floor(i / 700) % 2 === 0 ? i % 2 : 3 + (i % 6);
  return `row ${i}.${"\n".repeat(lines)}${"lorem ipsum dolor ".repeat(4 + (i % 14))}`;
};

interface Subject {
  readonly name: string;
  readonly page: Page;
  readonly list: Locator;
  readonly flood: Watched;
  /** Texts a second, from the first that was sent until the last was painted. */
  readonly rate: number;
  readonly jumps: Watched[];
  readonly steps: Watched[];
}

async function sayAll(socket: WebSocket): Promise<void> {
  for (let i = 1; i <= entries; i++) {
    socket.send(textOf(i));
    // As fast as it is read, and no faster.
    while (socket.bufferedAmount > 1024 * 1024 || i % 200 === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      if (socket.bufferedAmount <= 1024 * 1024) break;
    }
  }
}

/** Fills a page, and watches it being filled. */
async function subject(name: string, page: Page, socket: WebSocket): Promise<Subject> {
  const list = page.locator(".scroller");
  await list.waitFor();
  const began = performance.now();
  const [flood] = await Promise.all([
    list.evaluate(watch, { last: `row ${entries}.` }),
    sayAll(socket),
  ]);
  const rate = (entries / (performance.now() - began)) * 1000;
  return { name, page, list, flood, rate, jumps: [], steps: [] };
}

/** The list hears only some time after it that a scrolling has ended, and then draws a little more. */
const rest = (page: Page): Promise<void> => page.waitForTimeout(250);

async function measure({ page, list, jumps, steps }: Subject, random: () => number): Promise<void> {
  await page.bringToFront();
  const end = await list.evaluate((box) => box.scrollHeight - box.clientHeight);
  for (let i = 0; i < perRound; i++) {
    await rest(page);
    jumps.push(await list.evaluate(watch, { to: 0.01 * end + random() * 0.98 * end }));
  }
  for (const direction of [1, -1]) {
    await list.evaluate(watch, { to: (0.2 + 0.6 * random()) * end });
    await rest(page);
    for (let i = 0; i < perRound / 2; i++) {
      const at = await list.evaluate(({ scrollTop }) => scrollTop);
      steps.push(await list.evaluate(watch, { to: at + direction * stepPx }));
    }
  }
}

/** Where both pages jump to; the same in each run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const quantile = (all: readonly Watched[], q: number): number => {
  const sorted = all.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
};
const blank = (all: readonly Watched[]): number =>
  all.flatMap(({ empty }) => empty).filter((px) => px > 0).length;
const most = (all: readonly Watched[]): number => Math.max(...all.map(({ elements }) => elements));

interface Row {
  readonly what: string;
  readonly gate?: number;
  readonly of: (subject: Subject) => number;
  /** Whether more is better. */
  readonly more?: boolean;
}

const rows: readonly Row[] = [
  { what: "random jump p50, ms", of: ({ jumps }) => quantile(jumps, 0.5) },
  { what: "random jump p95, ms", gate: 60, of: ({ jumps }) => quantile(jumps, 0.95) },
  { what: "blank frames of jumps", gate: 0, of: ({ jumps }) => blank(jumps) },
  { what: `scroll p50, ms a step of ${stepPx} px`, of: ({ steps }) => quantile(steps, 0.5) },
  { what: "scroll p95", gate: 50, of: ({ steps }) => quantile(steps, 0.95) },
  { what: "blank frames of steps", gate: 0, of: ({ steps }) => blank(steps) },
  { what: "flood, texts a second", gate: 5000, more: true, of: ({ rate }) => rate },
  {
    what: "elements in the page, at the most",
    gate: 399,
    of: ({ flood, jumps, steps }) => most([flood, ...jumps, ...steps]),
  },
];

function report(ours: Subject, control: Subject): void {
  const line = (cells: readonly string[]): void =>
    console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(36) : cell.padStart(12))).join(""));
  line([`${entries} entries`, ours.name, control.name, "gate", ""]);
  for (const { what, gate, of, more = false } of rows) {
    const value = of(ours);
    const met = gate === undefined || (more ? value >= gate : value <= gate);
    if (!met) process.exitCode = 1;
    const bound = gate === undefined ? "" : `${more ? "≥" : "≤"} ${gate}`;
    line([what, value.toFixed(0), of(control).toFixed(0), bound, met ? "" : "missed"]);
  }
}

async function openControl(url: string, server: AnyServer): Promise<[Page, WebSocket]> {
  const accepted = server.next();
  const { page } = await openPage(`${url}/#${server.url}`, { viewport });
  return [page, (await accepted).socket];
}

const viewport = { width: 1280, height: 800 };
const controlRoot = await mkdtemp(join(tmpdir(), "wsecho-gates-"));
await setup();
await build({
  root: fileURLToPath(new URL("gates/control", import.meta.url)),
  configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)),
  build: { outDir: controlRoot, emptyOutDir: true },
  logLevel: "warn",
});
const running = await startServer();
const controlRunning = await startServer({ webRoot: controlRoot });
{
  await using server = await startAnyServer();
  const { page } = await openPage(running.httpUrl, { viewport });
  const ours = await subject("the page", page, await connectRaw(page, server));
  const control = await subject(
    "bare list",
    ...(await openControl(controlRunning.httpUrl, server)),
  );
  for (let round = 1; round <= rounds; round++) {
    for (const each of [ours, control]) await measure(each, randomFrom(round));
  }
  report(ours, control);
  await closeBrowser();
}
await running.server.close();
await controlRunning.server.close();
await rm(controlRoot, { recursive: true });
