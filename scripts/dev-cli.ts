// The CLI's pane of `pnpm dev`: waits for the server, and offers another session after each one.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline/promises";

const port = Number(process.env["WSECHO_PORT"] ?? 5678);
const webPort = Number(process.env["WSECHO_WEB_PORT"] ?? 5173);

const listening = async (): Promise<boolean> => {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

const stop = new AbortController();
let running: ChildProcess | undefined;

const session = async (): Promise<void> => {
  const url = `ws://127.0.0.1:${port}`;
  // It may just be starting again: its source changed.
  const patience = ["--wait", "--reconnect"];
  const args = ["--conditions=@wsecho/source", "src/main.ts", "connect", ...patience, url];
  running = spawn(process.execPath, args, { stdio: "inherit" });
  await once(running, "exit");
  running = undefined;
};

/** `false` when it is time to go: a signal came, or the input ended. */
const anotherSession = async (): Promise<boolean> => {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  prompt.on("SIGINT", () => {
    stop.abort();
  });
  try {
    await prompt.question("\nPress Enter for another session. ", { signal: stop.signal });
    return true;
  } catch {
    return false;
  } finally {
    prompt.close();
  }
};

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    stop.abort();
    // The terminal's Ctrl-C reached the session as well; it only gets no more than a moment.
    setTimeout(() => running?.kill("SIGTERM"), signal === "SIGINT" ? 1000 : 0).unref();
  });
}

console.error("Waiting for the server …");
while (!stop.signal.aborted && !(await listening())) {
  await new Promise((resolve) => setTimeout(resolve, 200));
}

if (!stop.signal.aborted) {
  console.error(`server  ws://127.0.0.1:${port}\npage    http://127.0.0.1:${webPort}/`);
  console.error("log in  admin / 123456; i lets you type here, Ctrl-Z leaves this pane");
}
while (!stop.signal.aborted) {
  await session();
  if (!(await anotherSession())) break;
}
