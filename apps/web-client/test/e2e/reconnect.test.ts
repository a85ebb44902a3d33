import { describe, expect, it, onTestFinished } from "vitest";
import type { Page } from "playwright-core";
import { cuttable } from "../support/cuttable.ts";
import { usePages } from "../support/fixture.ts";
import {
  ask,
  composer,
  connectionFailed,
  logIn,
  openSession,
  password,
  passwordField,
  rows,
  startServer,
  state,
  type Running,
} from "../support/page.ts";

// A server that is gone is the point here.
usePages([connectionFailed]);

/** Until the test is over. */
const start = async (options?: Parameters<typeof startServer>[0]): Promise<Running> => {
  const running = await startServer(options);
  onTestFinished(() => running.server.close());
  return running;
};

const reconnect = async (page: Page, secret = password): Promise<void> => {
  await passwordField(page).fill(secret);
  await page.getByRole("button", { name: "Reconnect" }).click();
};

describe("a server that restarts", () => {
  it("ends the session with its code and what that means; reconnecting goes on where it was", async () => {
    const running = await start();
    const page = await openSession(running.httpUrl);
    await ask(page, "before");
    await composer(page).fill("a draft");
    await running.server.close({ restarting: true });

    await state(page, "Ended").waitFor();
    const alert = page.getByRole("alert");
    await alert.getByText("The server ended the session").waitFor();
    await alert.getByText("1012 Service restart · “server is restarting”").waitFor();
    await alert.getByText("The server is restarting and should be back soon.").waitFor();
    await rows(page, "closed").getByText("Closed by the server").waitFor();
    await page.getByText("Not connected: the message stays here until you are.").waitFor();
    await composer(page).press("Enter");
    expect(await rows(page, "sent").count()).toBe(1);

    await start({ port: running.port });
    await reconnect(page);
    await state(page, "Connected").waitFor();
    expect(await composer(page).inputValue()).toBe("a draft");
    await expect
      .poll(() => composer(page).evaluate((field) => field === document.activeElement))
      .toBe(true);
    await composer(page).press("Enter");
    await rows(page, "received").nth(1).getByText("a draft").waitFor();
    expect(await rows(page, "received").first().innerText()).toContain("before");
  });

  it("is found again by itself where that is wanted, without the password", async () => {
    const running = await start();
    const page = await openSession(running.httpUrl, { autoReconnect: true });
    await running.server.close({ restarting: true });
    await state(page, "Reconnecting").waitFor();
    await page.getByText(/Next attempt in \d+ s\.|Trying again now\./).waitFor();
    await start({ port: running.port });
    await state(page, "Connected").waitFor();
    await ask(page, "again");
    await expect.poll(() => rows(page, "loggedIn").count()).toBe(2);
  });

  it("can be tried at once, or not at all any more", async () => {
    const running = await start();
    const page = await openSession(running.httpUrl, { autoReconnect: true });
    await running.server.close({ restarting: true });
    await page.getByRole("button", { name: "Try now" }).click();
    // The first connection of a session is not tried again by itself.
    await page.getByText("No connection to").waitFor();
    const again = await start({ port: running.port });
    await page.getByRole("button", { name: "Reconnect" }).click();
    await state(page, "Connected").waitFor();
    await again.server.close({ restarting: true });
    await page.getByRole("button", { name: "Stop trying" }).click();
    await state(page, "Ended").waitFor();
    // Leaving forgets the password.
    expect(await passwordField(page).isVisible()).toBe(true);
  });

  it("may refuse the login on the way back, which can be corrected", async () => {
    const running = await start();
    const page = await openSession(running.httpUrl);
    await running.server.close({ restarting: true });
    await state(page, "Ended").waitFor();
    await start({ port: running.port });
    await reconnect(page, "wrong");
    await page.getByText("4 attempts are left on this connection.").waitFor();
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await state(page, "Connected").waitFor();
  });
});

describe("a connection that breaks", () => {
  it("is told from a close, and what had no reply is lost, not forgotten", async () => {
    const running = await start({
      onMessage: (message, { signal }) =>
        new Promise((resolve) => {
          const reply = message.kind === "text" ? message.text : message.data;
          if (reply !== "never") resolve(reply);
          else signal.addEventListener("abort", () => resolve(reply));
        }),
    });
    await using cable = await cuttable(running.port);
    const page = await openSession(running.httpUrl, { server: cable.url });
    await ask(page, "first");
    await composer(page).fill("never");
    await composer(page).press("Enter");
    await rows(page, "sent").last().getByText("waiting").waitFor();
    cable.cut();

    const alert = page.getByRole("alert");
    await alert.getByText("The connection is gone").waitFor();
    await alert.getByText("1006 Abnormal closure").waitFor();
    await alert.getByText(`wsecho connect ${cable.url}`).waitFor();
    await rows(page, "closed").getByText("Closed without a goodbye").waitFor();
    await rows(page, "sent").last().getByText("lost").waitFor();

    await reconnect(page);
    await state(page, "Connected").waitFor();
    await rows(page, "sent").last().getByRole("button", { name: "Send again" }).click();
    await expect.poll(() => rows(page, "sent").count()).toBe(3);
  });

  it("says so when the server stays gone, and comes back with it", async () => {
    const running = await start();
    const page = await openSession(running.httpUrl);
    await running.server.close();
    await page.getByText("1001 Going away").first().waitFor();
    await reconnect(page);
    await page.getByRole("alert").getByText("No connection to").waitFor();
    await start({ port: running.port });
    await reconnect(page);
    await state(page, "Connected").waitFor();
  });
});

describe("leaving", () => {
  it("says goodbye, and shows how the session ended", async () => {
    const running = await start();
    const page = await openSession(running.httpUrl);
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByRole("alert").getByText("You left").waitFor();
    await page.getByRole("alert").getByText("1000 Normal closure · “user exit”").waitFor();
    await rows(page, "closed").getByText("Closed by this page").waitFor();
  });

  it("leads to another login, and back to the transcript", async () => {
    const running = await start();
    const page = await openSession(running.httpUrl);
    await ask(page, "kept");
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByRole("button", { name: "Other server or user" }).click();
    expect(await page.getByLabel("User name").inputValue()).toBe("admin");
    await page.getByRole("button", { name: "Back to the transcript" }).click();
    await rows(page, "received").getByText("kept").waitFor();
    await page.getByRole("button", { name: "Other server or user" }).click();
    await logIn(page, { dialect: "plain" });
    await state(page, "Connected").waitFor();
    await rows(page, "received").getByText("kept").waitFor();
  });
});
