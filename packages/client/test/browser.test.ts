import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { launchBrowser } from "@wsecho/testkit";
import { startTeam } from "@wsecho/testkit/team";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundlePage } from "./support/bundle.ts";
import { contract } from "./support/contract.ts";
import { startDemo, type Demo } from "./support/demo.ts";
import type { Page } from "./support/page.ts";

type Browser = Awaited<ReturnType<typeof launchBrowser>>;
type Tab = Awaited<ReturnType<Browser["newPage"]>>;

let demo: Demo;
let browser: Browser;
let files: ReadonlyMap<string, string>;
const requests: string[] = [];
const server = createServer((request, response) => {
  const { url = "" } = request;
  requests.push(`${request.headers.host ?? ""}${url}`);
  const code = files.get(url);
  response.setHeader("Content-Type", code === undefined ? "text/html" : "text/javascript");
  response.end(code ?? '<!doctype html><script type="module" src="/page.js"></script>');
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  [demo, browser, files] = await Promise.all([startDemo(), launchBrowser(), bundlePage()]);
  // The first launch ever on a machine unpacks Chromium.
}, 60_000);
afterAll(async () => {
  await browser.close();
  await demo[Symbol.asyncDispose]();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function open(host: string): Promise<Tab> {
  const tab = await browser.newPage();
  const { port } = server.address() as AddressInfo;
  await tab.goto(`http://${host}:${String(port)}/`);
  await tab.waitForFunction(() => "page" in globalThis);
  return tab;
}

const hosts = {
  // Plain http://, but a secure context, because the browser knows that it is loopback.
  "127.0.0.1": { hasWebCrypto: true },
  // The same server; but the browser does not trust this address, as it trusts no other host.
  "0.0.0.0": { hasWebCrypto: false },
} as const;

for (const [host, { hasWebCrypto }] of Object.entries(hosts)) {
  describe(`a session in Chromium, on a page of http://${host}`, () => {
    let tab: Tab;
    beforeAll(async () => {
      tab = await open(host);
    });

    it(`${hasWebCrypto ? "has" : "does not have"} WebCrypto`, async () => {
      const has = await tab.evaluate(
        () => (globalThis as unknown as { page: Page }).page.hasWebCrypto,
      );
      expect(has).toBe(hasWebCrypto);
    });

    const run = (name: string): Promise<string> =>
      tab.evaluate(
        ([check, url]) => (globalThis as unknown as { page: Page }).page.run(check, url),
        [name, demo.url] as const,
      );

    it(`${hasWebCrypto ? "does not load" : "loads"} the fallback to log in`, async () => {
      expect(await run("asks and gets its text back")).toBe("ok");
      const loaded = requests.filter((url) => url.startsWith(host) && url.includes("noble"));
      expect(loaded).toHaveLength(hasWebCrypto ? 0 : 1);
    });

    for (const name of Object.keys(contract))
      it(name, async () => expect(await run(name)).toBe("ok"));
  });
}

it("what comes too late to be sent is no error in the browser's console", async () => {
  const tab = await open("127.0.0.1");
  const complaints: string[] = [];
  tab.on("console", (message) => complaints.push(message.text()));
  await tab.evaluate(
    (url) => (globalThis as unknown as { page: Page }).page.sendLate(url),
    demo.url,
  );
  expect(complaints).toEqual([]);
});

it("a page logs in at the handshake by a subprotocol entry", async () => {
  await using team = await startTeam({ users: { ada: "secret" } });
  const token = await team.tokenFor("ada");
  const tab = await open("127.0.0.1");
  const user = await tab.evaluate(
    ([url, given]) => (globalThis as unknown as { page: Page }).page.logInByEntry(url, given),
    [team.url, token] as const,
  );
  expect(user).toBe("ada");
});
