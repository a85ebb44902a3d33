import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { startScript, type Running } from "./child.ts";

interface Urls {
  readonly server: string;
  readonly page: string;
}

const relay = ({ name, stdout, stderr }: Running, onLine: (line: string) => void): void => {
  const pass = (from: Readable, to: NodeJS.WritableStream, seen: (line: string) => void): void => {
    createInterface({ input: from, crlfDelay: Infinity }).on("line", (line) => {
      to.write(`${name.padEnd(6)} | ${line}\n`);
      seen(line);
    });
  };
  pass(stdout, process.stdout, onLine);
  pass(stderr, process.stderr, () => undefined);
};

const announce = ({ server, page }: Urls): string =>
  [
    "",
    `  page    ${page}`,
    `  server  ${server}`,
    `  log in  admin / 123456, on the page or with: pnpm wsecho connect ${server}`,
    "  Ctrl-C stops everything.",
    "",
  ].join("\n");

/** Without a terminal: both programs' output line by line, until a signal or until one of them ends. */
export const runPlain = async (environment: NodeJS.ProcessEnv, urls: Urls): Promise<number> => {
  const children = [
    startScript("server", "apps/server", environment),
    startScript("page", "apps/web-client", environment),
  ];
  const waiting = new Set(children);
  for (const child of children) {
    relay(child, (line) => {
      // Both say their URL when they are ready, and only then.
      if (!/(ws|http):\/\//.test(line) || !waiting.delete(child)) return;
      if (waiting.size === 0) console.log(announce(urls));
    });
  }
  const ended = await Promise.race([signalled(), ...children.map(endOf)]);
  if (ended.failed) console.error(`The ${ended.what} ended; stopping the rest.`);
  await Promise.all(children.map((child) => child.stop()));
  return ended.failed ? 1 : 0;
};

interface End {
  readonly what: string;
  readonly failed: boolean;
}

const signalled = (): Promise<End> =>
  new Promise((resolve) => {
    for (const what of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(what, () => {
        resolve({ what, failed: false });
      });
    }
  });

const endOf = async (child: Running): Promise<End> => {
  await child.ended;
  return { what: child.name, failed: true };
};
