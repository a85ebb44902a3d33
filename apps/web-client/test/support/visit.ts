import type { BrowserContextOptions, Page } from "playwright-core";
import { openPage, password, startServer, user } from "./page.ts";
import { visitAccess } from "./visit-access.ts";

/** By type and place, as the words change with the language. */
const fieldsOf = (page: Page) => ({
  server: page.locator('[autocomplete="url"]'),
  username: page.locator('.card [autocomplete="username"]'),
  secret: page.locator('[autocomplete="current-password"]'),
  message: page.locator(".composer textarea"),
  hex: page.locator(".composer [type=radio]").nth(2),
  submit: page.locator('.composer [type="submit"]'),
});

/** Gets each state that a page is in. */
export type Look = (page: Page, where: string) => Promise<void>;

/** Takes a page of its own through some of the states that it has, and gives `look` each of them. */
export type Visit = (options: BrowserContextOptions, look: Look) => Promise<void>;

/** A page of its own, and logged in if wanted. */
async function enter(options: BrowserContextOptions, loggedIn: boolean) {
  const running = await startServer();
  const { page } = await openPage(running.httpUrl, options);
  const fields = fieldsOf(page);
  await fields.username.waitFor();
  if (loggedIn) {
    await fields.username.fill(user);
    await fields.secret.fill(password);
    await fields.secret.press("Enter");
    await fields.message.waitFor();
  }
  return { running, page, ...fields, radio: page.locator(".card [type=radio]") };
}

/** The form, until somebody is let in. */
async function visitLogin(options: BrowserContextOptions, look: Look): Promise<void> {
  const { running, page, server, username, secret, radio } = await enter(options, false);
  await look(page, "login");
  await lookAtFaults(page, look);
  // Dialects v1, plain and raw, then password, token, token in the handshake and certificate.
  await radio.nth(2).check({ force: true });
  await secret.waitFor({ state: "detached" });
  await look(page, "any-server");
  await radio.nth(0).check({ force: true });
  await radio.nth(4).check({ force: true });
  await username.waitFor({ state: "detached" });
  await look(page, "login-by-token");
  await radio.nth(6).check({ force: true });
  await secret.waitFor({ state: "detached" });
  await look(page, "login-by-certificate");
  await radio.nth(3).check({ force: true });
  await page.locator(".saved-head .button").first().click();
  await page.locator(".saved-use").waitFor();
  await look(page, "saved");
  await page.locator(".saved-head .button").last().click();
  await page.locator("dialog .with-button").waitFor();
  await look(page, "link");
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("?");
  await page.locator("dialog table.codes").waitFor();
  await look(page, "help");
  await page.keyboard.press("Escape");
  await server.fill("ftp://127.0.0.1");
  await username.fill(user);
  await secret.fill("wrong");
  await secret.press("Enter");
  await page.locator(".field-problem").waitFor();
  await look(page, "bad-address");
  await server.fill(running.url);
  await server.press("Enter");
  await page.locator(".notice.bad").waitFor();
  await look(page, "refused");
  await running.server.close();
}

/** A session while all is well. */
async function visitSession(options: BrowserContextOptions, look: Look): Promise<void> {
  const { running, page, message, hex, submit } = await enter(options, true);
  await look(page, "empty-session");

  const long = Array.from({ length: 40 }, (_, i) => `{"line": ${i}, "text": "a longer message"}`);
  for (const text of ["hello", "", "Grüße, 你好 👋🏽", '{"id": 7, "ok": true}', long.join("\n")]) {
    await message.fill(text);
    await submit.click();
  }
  await hex.check({ force: true });
  await message.fill("00 01 02 ff 68 65 6c 6c 6f 20 77 6f 72 6c 64");
  await submit.click();
  await page.locator(".received .hex").waitFor();
  await message.fill("0");
  await look(page, "session");
  // By the keyboard: rows that are still measured may move from under a pointer.
  await page.locator(".received [aria-expanded=false]").last().press("Enter");
  await page.locator(".tall").waitFor();
  await look(page, "expanded");
  await lookAtTools(page, look);
  await page.locator(".scroller").hover();
  await page.mouse.wheel(0, -400);
  await page.locator(".to-end").waitFor();
  await look(page, "scrolled");
  await lookAtTabs(page, look);
  await running.server.close();
}

/** The ends that a session may have, and the ways back. */
async function visitEnds(options: BrowserContextOptions, look: Look): Promise<void> {
  const { running, page, secret, radio, message } = await enter(options, true);
  await message.fill("hello");
  await message.press("Enter");
  await page.locator(".message.received").waitFor();
  await running.server.close({ restarting: true });
  await page.locator(".panel form").waitFor();
  await look(page, "restarted");
  await secret.fill(password);
  await secret.press("Enter");
  await page.locator(".panel .command").waitFor();
  await look(page, "gone");
  const again = await startServer({ port: running.port });
  await secret.fill(password);
  await secret.press("Enter");
  await page.locator(".pill.ready").waitFor();
  await look(page, "reconnected");
  await page.locator(".page-header .button").last().click();
  await page.locator(".panel form").waitFor();
  await look(page, "left");
  await page.locator(".panel .actions .button").last().click();
  await again.server.close();
  await radio.nth(1).check({ force: true });
  await secret.fill(password);
  await secret.press("Enter");
  await page.locator(".command").waitFor();
  await look(page, "unreachable");

  const third = await startServer({ port: running.port });
  await page.locator(".card [type=checkbox]").check();
  await secret.fill(password);
  await secret.press("Enter");
  await page.locator(".pill.ready").waitFor();
  await third.server.close({ restarting: true });
  await page.locator(".panel .notice.warn").waitFor();
  await look(page, "waiting");
}

/** All states, in parts that are quick. */
export const visits: Readonly<Record<"login" | "session" | "ends" | "access", Visit>> = {
  login: visitLogin,
  session: visitSession,
  ends: visitEnds,
  access: visitAccess,
};

/** A second session, and the question before the first is closed; then there is one again. */
async function lookAtTabs(page: Page, look: Look): Promise<void> {
  await page.locator(".page-header .icon-only").click();
  const tab = page.locator("[role=tab]");
  await tab.nth(1).waitFor();
  await look(page, "second-session");
  await tab.first().click();
  await page.locator(".scroller").waitFor();
  await look(page, "two-sessions");
  await tab.first().press("Delete");
  await page.locator("dialog[open]").waitFor();
  await look(page, "closing-a-session");
  await page.keyboard.press("Escape");
  await tab.last().click();
  await page.locator(".session-tabs .icon-only").first().click();
  await tab.first().waitFor({ state: "detached" });
}

/** What the address may ask for, right and wrong; it asks for nothing afterwards. */
async function lookAtFaults(page: Page, look: Look): Promise<void> {
  const { server } = fieldsOf(page);
  const address = await server.inputValue();
  await server.fill(`${address}?fault=delay:200ms,fragment:3,gap:50ms,no-pong,close:4403@5`);
  await page.locator(".fault-lab").waitFor();
  await look(page, "fault-lab");
  await server.fill(`${address}?fault=delay:200`);
  await page.locator(".faults .notice").waitFor();
  await look(page, "fault-lab-wrong");
  await page.locator(".faults .notice .button").click();
  await server.fill(address);
  await page.locator(".faults summary").click();
  await page.locator(".fault-lab").waitFor({ state: "detached" });
}

/** The parts of a session that open when they are wanted. */
async function lookAtTools(page: Page, look: Look): Promise<void> {
  const tool = page.locator(".tools .button");
  const dialog = page.locator("dialog[open]");
  // By the keyboard too: a click first scrolls to where Playwright likes it.
  await page.locator(".row.selected").press("End");
  await page.locator(".row.selected .received .hex").waitFor();
  await look(page, "chosen");
  for (const [nth, name] of ["filter", "figures", "files", "snippets", "handshake"].entries()) {
    await tool.nth(nth).click();
    if (name === "filter") {
      await page.locator("search [type=search]").fill("hello");
      await page.locator(".filter-says:not(:empty)").waitFor();
    } else await dialog.locator("h3, form, p").first().waitFor();
    await look(page, name);
    await page.keyboard.press("Escape");
    await page.locator("dialog[open], search").waitFor({ state: "detached" });
  }
  const repeat = page.locator(".composer-foot .button").last();
  await repeat.click();
  await page.locator(".repeat").waitFor();
  await look(page, "repeat");
  await repeat.click();
}
