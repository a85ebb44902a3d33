import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoUsers, openStore } from "@wsecho/server";
import type { BrowserContextOptions, Page } from "playwright-core";
import { openPage, password, startServer, user } from "./page.ts";

/** Kept out for a while, staying logged in, and losing the access: where users are in a database. */
export async function visitAccess(
  options: BrowserContextOptions,
  look: (page: Page, where: string) => Promise<void>,
): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), "wsecho-visit-"));
  const store = await openStore({ data });
  const demo = await (await demoUsers()).find(user);
  if (demo === undefined) throw new Error(`there is no ${user}`);
  await store.users.add(demo);
  const { server, httpUrl } = await startServer({ store });
  const { page } = await openPage(httpUrl, options);
  const secret = page.locator('[autocomplete="current-password"]');
  const logIn = async (): Promise<void> => {
    await page.locator('.card [autocomplete="username"]').fill(user);
    await secret.fill(password);
    await secret.press("Enter");
  };

  // A wait that is still long when everybody has looked.
  for (let i = 0; i < 10; i++) await store.failures.add({ user, address: "127.0.0.1" });
  await logIn();
  await page.locator(".card [type=submit][aria-disabled=true] [aria-hidden]").waitFor();
  await look(page, "throttled");
  await store.failures.forget(user);

  await page.reload();
  // Stay logged in, then reconnect automatically.
  await page.locator(".card [type=checkbox]").first().check();
  await logIn();
  await page.locator(".pill.ready").waitFor();
  await page.reload();
  await page.locator(".pill.ready").waitFor();
  // The session's part of the page may come later than the session.
  await page.locator(".scroller").waitFor();
  await look(page, "remembered");
  await store.users.change(user, { enabled: false });
  await page.locator(".panel .notice").waitFor();
  await look(page, "revoked");

  await server.close();
  await store.close();
  await rm(data, { recursive: true });
}
