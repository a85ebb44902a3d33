import { utimes } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createServer, type ViteDevServer } from "vite";
import { useSite } from "../support/fixture.ts";
import { ask, composer, logIn, openPage } from "../support/page.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const protocolFile = fileURLToPath(
  new URL("../../../../packages/protocol/src/close-codes.ts", import.meta.url),
);

const site = useSite();
let vite: ViteDevServer;
beforeAll(async () => {
  process.env["WSECHO_SERVER_URL"] = site.url;
  vite = await createServer({
    root,
    // The test of `pnpm dev` may run beside this one: two servers spoil each other's cache.
    cacheDir: "node_modules/.vite-test",
    logLevel: "error",
    server: { port: 0, strictPort: false },
  });
  await vite.listen();
});
afterAll(async () => {
  delete process.env["WSECHO_SERVER_URL"];
  await vite.close();
});

describe("the page in development", () => {
  it("talks to the server it was told of, and loads again when the protocol's source changes", async () => {
    const [url] = vite.resolvedUrls?.local ?? [];
    const { page } = await openPage(url ?? "");
    expect(await page.getByLabel("Server").inputValue()).toBe(site.url);
    await logIn(page);
    await composer(page).waitFor();
    await ask(page, "hello");
    const reloaded = page.waitForEvent("load");
    const touch = (): Promise<void> => utimes(protocolFile, new Date(), new Date());
    // Again after a while: the first may come before the watcher has learnt of the file.
    const touching = setInterval(() => void touch(), 3000);
    onTestFinished(() => clearInterval(touching));
    await touch();
    await reloaded;
    await page.getByRole("button", { name: "Log in" }).waitFor();
  });
});
