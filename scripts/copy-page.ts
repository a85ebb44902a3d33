// After the server's build: puts the built web client beside it, so that the package carries it.
import { cp, rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const from = fileURLToPath(new URL("../apps/web-client/dist/", import.meta.url));
const to = fileURLToPath(new URL("../apps/server/dist/page/", import.meta.url));

const built = await stat(`${from}index.html`).catch(() => null);
if (built === null) {
  console.error("The web client is not built yet. Build all in order with: pnpm build");
  process.exitCode = 1;
} else {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
}
