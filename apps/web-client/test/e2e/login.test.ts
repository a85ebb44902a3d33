import { describe, expect, it } from "vitest";
import { useSite } from "../support/fixture.ts";
import {
  composer,
  connectionFailed,
  logIn,
  openPage,
  password,
  passwordField,
  startServer,
  state,
} from "../support/page.ts";

const site = useSite();

describe("logging in", () => {
  it("offers the page's own server, without a query", async () => {
    const page = await site.open();
    expect(await page.getByLabel("Server").inputValue()).toBe(site.url);
  });

  it("is refused with a wrong password, which can be corrected on the same connection", async () => {
    const page = await site.open();
    let connections = 0;
    page.on("websocket", () => (connections += 1));
    await logIn(page, { password: "wrong" });
    const alert = page.getByRole("alert");
    await alert.getByText("Wrong user name or password").waitFor();
    await alert.getByText("4 attempts are left on this connection.").waitFor();
    // The field is empty and has the keyboard, so that one can simply type.
    expect(await passwordField(page).inputValue()).toBe("");
    expect(await passwordField(page).evaluate((field) => field === document.activeElement)).toBe(
      true,
    );
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await state(page, "Connected").waitFor();
    await page.getByText("Logged in as admin").first().waitFor();
    // A login without an end says nothing of one.
    expect(await page.getByText("Login until").count()).toBe(0);
    expect(await page.title()).toBe(`Connected · 127.0.0.1:${site.port} · wsecho`);
    expect(connections).toBe(1);
  });

  it("says that the connection is closed after too many attempts, and can begin anew", async () => {
    const page = await site.open();
    await logIn(page, { password: "wrong" });
    for (const left of ["4 attempts are", "3 attempts are", "2 attempts are", "One attempt is"]) {
      await page.getByText(`${left} left on this connection.`).waitFor();
      await page.keyboard.type("wrong again");
      await page.keyboard.press("Enter");
    }
    const alert = page.getByRole("alert");
    await alert.getByText("Login refused").waitFor();
    await alert.getByText("4429 Too many attempts").waitFor();
    await logIn(page);
    await state(page, "Connected").waitFor();
  });

  it("works in the plain dialect, wrong and right", async () => {
    const page = await site.open();
    await logIn(page, { dialect: "plain", password: "wrong" });
    await page.getByText("Wrong user name or password").waitFor();
    // The plain dialect does not tell how many are left.
    expect(await page.getByText("left on this connection").count()).toBe(0);
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await state(page, "Connected").waitFor();
    await page.getByRole("region", { name: "Session" }).getByText("plain").waitFor();
  });

  it("takes another user and another server after a refusal", async () => {
    const page = await site.open();
    await using other = (await startServer()).server;
    const { httpUrl } = await other.listen();
    await logIn(page, { username: "nobody" });
    await page.getByText("Wrong user name or password").waitFor();
    await logIn(page, { server: httpUrl });
    await state(page, "Connected").waitFor();
    await page.getByText(new URL(httpUrl).host).waitFor();
  });

  it("shows until when it holds, in the page's language, where the server says so", async () => {
    const lifetime = 48 * 3_600_000;
    const limited = await startServer({ loginLifetimeMs: lifetime });
    await using _ = limited.server;
    const { page } = await openPage(limited.httpUrl);
    const facts = page.getByRole("region", { name: "Session" });
    const from = Date.now();
    await logIn(page);
    await facts.getByText("as admin", { exact: true }).waitFor();
    const shown = await facts.getByText(/^Login until /).innerText();
    const [, day = "", time = ""] = /^Login until (.+, \d{4}) (\d\d:\d\d:\d\d)$/.exec(shown) ?? [];
    const at = Date.parse(`${day} ${time}`) - lifetime;
    // A second is the least that is shown.
    expect(at).toBeGreaterThan(from - 1000);
    expect(at).toBeLessThanOrEqual(Date.now());
    await page.getByRole("combobox", { name: "Language" }).selectOption("zh-CN");
    await page.getByText(new RegExp(`^登录有效至 \\d{4}年\\d+月\\d+日 ${time}$`)).waitFor();
  });

  it("needs no WebCrypto, which pages on plain http:// from other machines do not get", async () => {
    // Another name for this machine, but not one that browsers trust as such.
    const { page, complaints } = await openPage(`http://0.0.0.0:${site.port}`);
    expect(await page.evaluate(() => [isSecureContext, "subtle" in crypto])).toEqual([
      false,
      false,
    ]);
    await logIn(page);
    await state(page, "Connected").waitFor();
    // Chromium's remark on a header that takes effect on https only.
    expect(complaints.splice(0)).toEqual([
      expect.stringContaining("Cross-Origin-Opener-Policy header has been ignored"),
    ]);
  });

  it("can be cancelled while the server keeps silent", async () => {
    const page = await site.open();
    await page.routeWebSocket("ws://silent.localhost/", () => undefined);
    await logIn(page, { server: "ws://silent.localhost/" });
    await page.getByRole("button", { name: "Waiting for hello" }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Log in" }).waitFor();
    await logIn(page, { server: site.url });
    await state(page, "Connected").waitFor();
  });
});

describe("an address that will not do", () => {
  it.each([
    ["ftp://127.0.0.1", "The address must begin with ws:// or wss://."],
    ["ws://127.0.0.1:99999", "This is not an address."],
    ["ws://admin:123456@127.0.0.1", "Do not put the user name or password into the address"],
  ])("is refused before anything is sent: %s", async (server, words) => {
    const page = await site.open();
    let connections = 0;
    page.on("websocket", () => (connections += 1));
    await logIn(page, { server });
    await page.getByRole("alert").getByText(words).waitFor();
    const field = page.getByLabel("Server");
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(connections).toBe(0);
    await page.keyboard.press("End");
    await page.keyboard.type("0");
    expect(await field.getAttribute("aria-invalid")).toBe("false");
  });

  it("gets one clear message where nothing listens, with the terminal command", async () => {
    site.allow(connectionFailed);
    const gone = await startServer();
    await gone.server.close();
    const page = await site.open({
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await logIn(page, { server: gone.url });
    const alert = page.getByRole("alert");
    await alert.getByText(`No connection to 127.0.0.1:${gone.port}`).waitFor();
    await alert.getByText(`wsecho connect ${gone.url}`).waitFor();
    expect(await alert.count()).toBe(1);
    await alert.getByRole("button", { name: "Copy" }).click();
    await alert.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(`wsecho connect ${gone.url}`);
  });

  it("gets the same where a server answers but is no WebSocket server of ours", async () => {
    site.allow(connectionFailed);
    const page = await site.open();
    await logIn(page, { server: `${site.url}/no-such-path` });
    await page.getByText("No connection to 127.0.0.1").waitFor();
  });

  it("learns that the dialect plain may be switched off", async () => {
    site.allow(connectionFailed);
    const strict = await startServer({ plain: false });
    await using _server = strict.server;
    const page = await site.open();
    await logIn(page, { server: strict.url, dialect: "plain" });
    await page.getByText("The server may have the dialect plain switched off: try v1.").waitFor();
    await page.getByText(`wsecho connect ${strict.url} --dialect plain`).waitFor();
    await page.getByRole("radio", { name: "v1" }).check({ force: true });
    await page.getByRole("button", { name: "Log in" }).click();
    await state(page, "Connected").waitFor();
  });

  it("asks before a password goes unencrypted to another machine, and sends nothing until then", async () => {
    const page = await site.open();
    const received: unknown[] = [];
    await page.routeWebSocket("ws://far.example/", (socket) =>
      socket.onMessage((message) => received.push(message)),
    );
    await logIn(page, { server: "ws://far.example/", dialect: "plain" });
    await page.getByText("The login was not finished").waitFor();
    expect(received).toEqual([]);
    await page.getByRole("checkbox", { name: "Send the password unencrypted" }).check();
    await page.getByRole("button", { name: "Log in" }).click();
    await expect.poll(() => received).toEqual([`admin:${password}`]);
  });
});

describe("the password", () => {
  it("is in no storage, address or document, neither after a login nor after leaving", async () => {
    const page = await site.open();
    await logIn(page, { autoReconnect: true });
    await composer(page).waitFor();
    const traces = () =>
      page.evaluate(async () =>
        JSON.stringify([
          location.href,
          history.state,
          document.cookie,
          Object.entries(localStorage),
          Object.entries(sessionStorage),
          (await indexedDB.databases()).map(({ name }) => name),
          (await caches.keys()).join(),
          document.documentElement.outerHTML,
          [...document.querySelectorAll("input")].map(({ value }) => value),
        ]),
      );
    expect(await traces()).not.toContain(password);
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByText("You left").first().waitFor();
    expect(await traces()).not.toContain(password);
  });

  it("does not cross the wire in v1", async () => {
    const page = await site.open();
    const frames: string[] = [];
    page.on("websocket", (socket) =>
      socket.on("framesent", ({ payload }) => frames.push(payload.toString())),
    );
    await logIn(page);
    await state(page, "Connected").waitFor();
    expect(frames.length).toBeGreaterThan(0);
    expect(frames.join("\n")).not.toContain(password);
  });
});
