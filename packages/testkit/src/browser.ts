import { chromium, type Browser } from "playwright-core";
import { unpackChromium } from "./chromium.ts";

const args = [
  // Containers and CI run as root, where Chromium's sandbox cannot start.
  "--no-sandbox",
  "--no-zygote",
  "--disable-gpu",
  "--no-first-run",
  // A test browser has no business with anything but the loopback page it was given.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--font-render-hinting=none",
];

/**
 * A headless Chromium for tests: the one that `WSECHO_CHROMIUM` names, else the one in the lockfile.
 * The latter brings Latin letters only; Chinese shows as boxes unless the system has a font for it.
 */
export const launchBrowser = async (): Promise<Browser> => {
  const named = process.env["WSECHO_CHROMIUM"];
  if (named !== undefined && named !== "") {
    return chromium.launch({ executablePath: named, args });
  }
  const { executablePath, environment } = await unpackChromium();
  return chromium.launch({ executablePath, args, env: { ...process.env, ...environment } });
};
