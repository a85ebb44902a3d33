import { startTeam, type Team } from "@wsecho/testkit/team";
import { generate } from "selfsigned";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageRoot } from "../support/build-page.ts";
import { usePages } from "../support/fixture.ts";
import {
  ask,
  composer,
  logIn,
  openPage,
  passwordField,
  startServer,
  state,
} from "../support/page.ts";

const password = "PASSWORD-MARK";
const users = { ada: password, bob: password, eve: password, kim: password };

usePages();
let team: Team;
beforeAll(async () => {
  team = await startTeam({ users, flags: ["--web-root", pageRoot] });
}, 60_000);
afterAll(() => team[Symbol.asyncDispose]());

const stored = (page: Page): Promise<string> =>
  page.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
  );

const tokenField = (page: Page) => page.getByRole("textbox", { name: "Token", exact: true });

async function logInByToken(page: Page, token: string): Promise<void> {
  await page.getByRole("radio", { name: "Token" }).check({ force: true });
  await tokenField(page).fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function stayIn(page: Page, username: string): Promise<void> {
  await page.getByRole("checkbox", { name: "Stay logged in" }).check();
  await logIn(page, { username, password });
  await state(page, "Connected").waitFor();
}

describe("a login by token", () => {
  it("needs no user name, and leaves nothing in any storage", async () => {
    const token = await team.tokenFor("ada");
    const { page } = await openPage(team.httpUrl);
    await logInByToken(page, token);
    await composer(page).waitFor();
    await page.getByText("as ada", { exact: true }).waitFor();
    await ask(page, "hello");
    expect(await stored(page)).not.toContain(token);
  });

  it("works in the handshake too, as a subprotocol entry that is nowhere to be read later", async () => {
    const token = await team.tokenFor("ada");
    const { page } = await openPage(team.httpUrl);
    await page.getByRole("radio", { name: "Bearer entry" }).check({ force: true });
    await tokenField(page).fill(token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("as ada", { exact: true }).waitFor();
    await ask(page, "hello");
    expect(await stored(page)).not.toContain(token);
  });

  it("that is refused says what may be wrong with a token", async () => {
    const { page } = await openPage(team.httpUrl);
    await logInByToken(page, "no.such.token");
    const notice = page.getByRole("alert");
    await notice.getByText("does not take this token").waitFor();
    expect(await notice.textContent()).toContain("Get a new one, or log in by password.");
    await page.getByRole("radio", { name: "Password" }).check({ force: true });
    await logIn(page, { username: "ada", password });
    await composer(page).waitFor();
  });
});

describe("who chooses to stay logged in", () => {
  it("is in again after a reload, without the password being kept, until they log out", async () => {
    const { page } = await openPage(team.httpUrl);
    await stayIn(page, "ada");
    expect(await stored(page)).toContain("wsecho.login");
    expect(await stored(page)).not.toContain("MARK");
    await page.reload();
    await composer(page).waitFor();
    await page.getByText("as ada", { exact: true }).waitFor();
    await ask(page, "still me");
    await page.getByRole("button", { name: "Log out" }).click();
    await passwordField(page).waitFor();
    expect(await stored(page)).not.toContain("wsecho.login");
    await page.reload();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
  });

  it("is out everywhere once somebody takes the access away", async () => {
    const { page } = await openPage(team.httpUrl);
    await stayIn(page, "bob");
    await team.command("users passwd bob --password-stdin", "another one");
    await page.getByRole("alert").getByText("has a new password").waitFor();
    // What is sent now would not come back.
    expect(await page.getByText("Nothing yet").count()).toBe(0);
    expect(await stored(page)).not.toContain("wsecho.login");
  });

  it("learns at the next visit that the token is no longer good", async () => {
    const { page } = await openPage(team.httpUrl);
    await stayIn(page, "eve");
    await page.goto("about:blank");
    await team.command("users disable eve");
    await page.goto(team.httpUrl);
    await page.getByRole("alert").getByText("does not take this token").waitFor();
    expect(await stored(page)).not.toContain("wsecho.login");
    expect(await page.getByLabel("User name").inputValue()).toBe("eve");
  });
});

it("who does not choose it leaves nothing behind", async () => {
  const { page } = await openPage(team.httpUrl);
  await logIn(page, { username: "ada", password });
  await composer(page).waitFor();
  expect(await stored(page)).not.toContain("wsecho.login");
});

it("too many failed logins are said with a countdown that is seen, not heard", async () => {
  const { page } = await openPage(team.httpUrl);
  // The wait is a second, in which a busy machine may not come to look.
  const seen = await page.evaluateHandle(() => {
    const words: (string | undefined)[] = [];
    new MutationObserver(() =>
      words.push(document.querySelector("form [type=submit]")?.textContent),
    ).observe(document.body, { childList: true, characterData: true, subtree: true });
    return words;
  });
  for (let i = 0; i < 3; i++) {
    await logIn(page, { username: "kim", password: "wrong" });
    // A refusal empties the field.
    await expect.poll(() => passwordField(page).inputValue()).toBe("");
  }
  await page.getByRole("alert").getByText("Too many failed logins").waitFor();
  await page.getByRole("status").getByText("You can try again now.").waitFor();
  expect(await seen.evaluate((words) => words.join("; "))).toMatch(/\(1 s\)/);
  await logIn(page, { username: "kim", password });
  await composer(page).waitFor();
});

it("a page that came over https logs in and echoes over wss", async () => {
  const pems = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  });
  const { server, httpUrl, port } = await startServer({
    tls: { cert: Buffer.from(pems.cert), key: Buffer.from(pems.private) },
  });
  expect(httpUrl).toMatch(/^https:/);
  const { page } = await openPage(httpUrl, { ignoreHTTPSErrors: true });
  const sockets: string[] = [];
  page.on("websocket", (socket) => sockets.push(socket.url()));
  expect(await page.getByLabel("Server").inputValue()).toBe(`wss://127.0.0.1:${port}`);
  await logIn(page);
  await ask(page, "over TLS");
  expect(sockets).toEqual([`wss://127.0.0.1:${port}/`]);
  await server.close();
});
