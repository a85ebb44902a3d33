import { createServer, demoUsers, type EchoServer, type ServerOptions } from "@wsecho/server";
import { launchBrowser } from "@wsecho/testkit";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import type { WebSocket } from "ws";
import type { AnyServer } from "./any-server.ts";
import { pageRoot } from "./build-page.ts";

export const user = "admin";
export const password = "123456";

export interface Running {
  readonly server: EchoServer;
  readonly url: string;
  readonly httpUrl: string;
  readonly port: number;
}

/** The real server with the built page, on a port of its own unless one is given. */
export async function startServer(options: Partial<ServerOptions> = {}): Promise<Running> {
  const server = createServer({
    ...(options.store === undefined ? { users: await demoUsers() } : {}),
    port: 0,
    webRoot: pageRoot,
    // A name of this machine that browsers do not trust as they do 127.0.0.1.
    allowHosts: ["0.0.0.0"],
    ...options,
  });
  return { server, ...(await server.listen()) };
}

export interface Opened {
  readonly page: Page;
  /** Everything that a console, an exception or the Content-Security-Policy complained about. */
  readonly complaints: string[];
}

/** What Chromium itself writes about a connection that fails or is given up, as some tests want. */
export const connectionFailed = /^(error|warning): WebSocket connection to .* failed/;

let browser: Promise<Browser> | undefined;
let opened: Opened[] = [];

/** A tab of its own, with a storage of its own, in one browser for each test file. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  browser ??= launchBrowser();
  const context = await (await browser).newContext({ locale: "en", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()))
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`violates ${event.violatedDirective}: ${event.blockedURI}`),
    );
  });
  opened.push({ page, complaints });
  await page.goto(url);
  return { page, complaints };
}

/** Closes all that is open, and gives what was complained about. */
export async function closePages(): Promise<readonly string[]> {
  const all = opened;
  opened = [];
  await Promise.all(all.map(({ page }) => page.context().close()));
  return all.flatMap(({ complaints }) => complaints);
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

export interface Login {
  readonly username?: string;
  readonly password?: string;
  readonly server?: string;
  readonly dialect?: "v1" | "plain";
  readonly autoReconnect?: boolean;
}

/** Fills in the login form and sends it off; what comes of it is the caller's to await. */
export async function logIn(page: Page, login: Login = {}): Promise<void> {
  if (login.server !== undefined)
    await page.getByLabel("Server", { exact: true }).fill(login.server);
  if (login.dialect !== undefined)
    await page.getByRole("radio", { name: login.dialect }).check({ force: true });
  if (login.autoReconnect === true)
    await page.getByRole("checkbox", { name: "Reconnect automatically" }).check();
  await page.getByLabel("User name").fill(login.username ?? user);
  await passwordField(page).fill(login.password ?? password);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** A page with a session that is ready. */
export async function openSession(
  url: string,
  login: Login = {},
  options: BrowserContextOptions = {},
): Promise<Page> {
  const { page } = await openPage(url, options);
  await logIn(page, login);
  await state(page, "Connected").waitFor();
  return page;
}

export const passwordField = (page: Page): Locator =>
  page.getByRole("textbox", { name: /^Password/ });

export const composer = (page: Page): Locator => page.getByRole("textbox", { name: "Message" });

/** What the header says of the session. */
export const state = (page: Page, words: string): Locator =>
  page.getByRole("banner").getByText(words, { exact: true });

export const rows = (page: Page, kind: string): Locator => page.locator(`[data-kind="${kind}"]`);

/**
 * Sends a text, and gives the row of its reply. By its place among all rows: only those that can be
 * seen are drawn, so that counting them tells nothing.
 */
export async function ask(page: Page, text: string): Promise<Locator> {
  await composer(page).fill(text);
  const entries = page.locator(".transcript li");
  const before = await entries.evaluateAll((all) => Number(all[0]?.ariaSetSize ?? 0));
  await composer(page).press("Enter");
  const place = await page
    .locator(`xpath=//li[@aria-posinset > ${before}][.//*[@data-kind="received"]]`)
    .first()
    .getAttribute("aria-posinset");
  const reply = page.locator(`.transcript li[aria-posinset="${place}"] [data-kind="received"]`);
  await reply.waitFor();
  return reply;
}

/** Adds the entries of a file to the transcript. */
export const importFile = async (page: Page, name: string, text: string): Promise<void> => {
  await page.getByRole("button", { name: "Files" }).click();
  await page
    .getByLabel("File to import")
    .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.getByText("entries added.").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
};

/** In the form that is shown; gives the server's end. */
export const connectRaw = async (page: Page, server: AnyServer): Promise<WebSocket> => {
  await page.getByRole("radio", { name: "raw" }).check({ force: true });
  await page.getByLabel("Server", { exact: true }).fill(server.url);
  const accepted = server.next();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  const { socket } = await accepted;
  await composer(page).waitFor();
  return socket;
};
