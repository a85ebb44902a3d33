// `pnpm dev` without a terminal, as real processes on ports of their own.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { utimesSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const protocolPath = "/packages/protocol/src/";
const patience = { timeout: 60_000, interval: 50 };

const startDev = () => {
  const child = spawn(process.execPath, ["scripts/dev.ts"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, WSECHO_PORT: "0", WSECHO_WEB_PORT: "0" },
    // A group of its own, so that a signal to it reaches nothing but the process itself.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
};

let dev: ReturnType<typeof startDev> | undefined;

const descendants = (parent: number): readonly number[] => {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const pairs = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (pid: number): number[] =>
    pairs.flatMap(([child, above]) =>
      above === pid && child !== undefined ? [child, ...below(child)] : [],
    );
  return below(parent);
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

afterEach(() => {
  const pid = dev?.child.pid;
  if (pid === undefined) return;
  // Only where a test failed half-way is anything left; the end of one may end the next.
  for (const left of [...descendants(pid), pid]) {
    try {
      process.kill(left, "SIGKILL");
    } catch {
      continue;
    }
  }
});

/** Both URLs, once the programs behind them are ready. */
const whenReady = async (): Promise<{ readonly server: URL; readonly page: URL }> => {
  dev = startDev();
  const { output } = dev;
  await vi.waitFor(() => {
    expect(output()).toMatch(/Ctrl-C stops everything/);
  }, patience);
  const server = /^ {2}server +(ws:\S+)/m.exec(output())?.[1] ?? "";
  const page = /^ {2}page +(http:\S+)/m.exec(output())?.[1] ?? "";
  return { server: new URL(server), page: new URL(page) };
};

/** The modules that the page loads, by following its imports. */
const modulesOf = async (page: URL): Promise<readonly string[]> => {
  const seen = new Set(["/src/main.tsx"]);
  for (const path of seen) {
    const source = await (await fetch(new URL(path, page))).text();
    for (const [, found] of source.matchAll(/(?:from|import) *"(\/[^"]+)"/g)) {
      if (found !== undefined && !found.includes("node_modules")) seen.add(found);
    }
  }
  return [...seen];
};

test.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM"] as const)(
  "dev prints both URLs, serves them, and leaves nothing behind at %s",
  async (signal) => {
    const { server, page } = await whenReady();
    const socket = connect(Number(server.port), server.hostname);
    await once(socket, "connect");
    socket.destroy();
    expect(await (await fetch(page)).text()).toContain("/src/main.tsx");

    const { child } = dev ?? startDev();
    const family = descendants(child.pid ?? 0);
    expect(family.length).toBeGreaterThanOrEqual(3);
    const ended = once(child, "exit");
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    await vi.waitFor(() => {
      expect(family.filter(isAlive)).toEqual([]);
    }, patience);
  },
  90_000,
);

test.skipIf(process.platform === "win32")(
  "a change in packages/protocol reaches the running server and the page",
  async () => {
    const { page } = await whenReady();
    // Vite may still be preparing dependencies, and answers some modules with an error meanwhile.
    await vi.waitFor(async () => {
      expect(await modulesOf(page)).toContainEqual(expect.stringContaining(protocolPath));
    }, patience);

    // Again after a while: a file may be touched before the watcher has learnt of it.
    await vi.waitFor(
      () => {
        const now = new Date();
        utimesSync(new URL(`..${protocolPath}index.ts`, import.meta.url), now, now);
        expect(dev?.output().match(/is ready at ws:/g)?.length).toBeGreaterThanOrEqual(2);
      },
      { timeout: 60_000, interval: 5000 },
    );
    if (dev === undefined) return;
    const ended = once(dev.child, "exit");
    dev.child.kill("SIGTERM");
    await ended;
  },
  90_000,
);
