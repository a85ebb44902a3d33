import { makeCertificate } from "@wsecho/testkit/certificates";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { useSite } from "../support/fixture.ts";
import { ask, composer, connectionFailed, logIn, state, user } from "../support/page.ts";

const own = await makeCertificate("server");
const authority = await makeCertificate("team authority", { authority: true });

const tls = {
  cert: Buffer.from(own.cert),
  key: Buffer.from(own.key),
  clientCa: Buffer.from(authority.cert),
};
const site = useSite({ server: { tls } });

/** In a Chromium that has such a certificate for the server, or none. */
async function open(name: string | null) {
  if (name === null) return site.open({ ignoreHTTPSErrors: true });
  const { cert, key } = await makeCertificate(name, { by: authority, usage: "client" });
  return site.open({
    ignoreHTTPSErrors: true,
    clientCertificates: [
      { origin: new URL(site.httpUrl).origin, cert: Buffer.from(cert), key: Buffer.from(key) },
    ],
  });
}

const choose = (page: Page) =>
  page.getByRole("radio", { name: "Certificate of this browser" }).check({ force: true });

const submit = (page: Page) => page.getByRole("button", { name: "Log in", exact: true }).click();

it("a browser's certificate logs in with nothing to type, and again after a goodbye", async () => {
  const page = await open(user);
  await choose(page);
  expect(await page.getByRole("textbox").count()).toBe(1);
  await submit(page);
  await composer(page).waitFor();
  await page.getByText(`as ${user}`, { exact: true }).waitFor();
  await ask(page, "by certificate");
  await page.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("button", { name: "Reconnect" }).click();
  await state(page, "Connected").waitFor();
  await ask(page, "again");
});

it("a password beside it is explained, and the certificate offered in its place", async () => {
  const page = await open(user);
  await logIn(page);
  const notice = page.getByRole("alert");
  await notice.getByText("logged you in already").waitFor();
  expect(await notice.textContent()).not.toContain("unexpected ok");
  await notice.getByRole("button", { name: "Log in: Certificate of this browser" }).press("Enter");
  await composer(page).waitFor();
  await page.getByText(`as ${user}`, { exact: true }).waitFor();
});

it("one that the server does not let in names what may be wrong, and what shows it", async () => {
  site.allow(connectionFailed);
  const page = await open("eve");
  await choose(page);
  await submit(page);
  const notice = page.getByRole("alert");
  await notice.getByText("does not let its user in").waitFor();
  expect(await notice.textContent()).toContain("--cert FILE --key FILE");
});

it("without one the other ways in stay open", async () => {
  const page = await open(null);
  await logIn(page);
  await composer(page).waitFor();
});
