// After the build of an app that shows the page: puts the built web client beside it, so that its
// package carries it. The app's folder is the argument.
import { cp, rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const app = process.argv[2] ?? "server";
const from = fileURLToPath(new URL("../apps/web-client/dist/", import.meta.url));
const to = fileURLToPath(new URL(`../apps/${app}/dist/page/`, import.meta.url));

const built = await stat(`${from}index.html`).catch(() => null);
if (built === null) {
  console.error("The web client is not built yet. Build all in order with: pnpm build");
  process.exitCode = 1;
} else {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
}
