// The CLI's pane of `pnpm dev`: waits for the server, and offers another session after each one.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline/promises";

const port = Number(process.env["WSECHO_PORT"] ?? 5678);

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

const session = async (): Promise<void> => {
  const url = `ws://127.0.0.1:${port}`;
  const args = ["--conditions=@wsecho/source", "src/main.ts", "connect", url];
  await once(spawn(process.execPath, args, { stdio: "inherit" }), "exit");
};

console.error("Waiting for the server …");
while (!(await listening())) await new Promise((resolve) => setTimeout(resolve, 200));

// Ctrl-C in this pane is for the session in it; the pane ends with all the others.
process.on("SIGINT", () => undefined);
console.error("The demo's user is admin, the password 123456.");
for (;;) {
  await session();
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  await prompt.question("\nPress Enter for another session. ");
  prompt.close();
}
