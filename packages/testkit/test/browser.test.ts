import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { launchBrowser } from "@wsecho/testkit";

const server = createServer((_request, response) => {
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(`<!doctype html><title>wsecho</title><h1 style="color:#c00">hello, page</h1>`);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("opens a loopback page in a real Chromium and takes a picture of it", async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 400, height: 120 } });
    await page.goto(`http://127.0.0.1:${port}/`);
    expect(await page.textContent("h1")).toBe("hello, page");
    const image = await page.screenshot();
    expect(image.subarray(1, 4).toString("latin1")).toBe("PNG");
    // An empty picture of this size is some hundred bytes: text was really drawn.
    expect(image.length).toBeGreaterThan(1500);
  } finally {
    await browser.close();
  }
}, 120_000);
