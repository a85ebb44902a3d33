/**
 * The article's terminal client, re-typed small, with its habit: it waits for the keyboard with a
 * call that blocks the event loop, so while a person thinks it answers no ping.
 *
 *     node examples/article/client.ts [ws://127.0.0.1:5678]
 */
import { once } from "node:events";
import { readSync } from "node:fs";
import { WebSocket } from "ws";

const socket = new WebSocket(process.argv[2] ?? "ws://127.0.0.1:5678");

/** Like Python's `input()`: nothing else happens until a line was typed. */
function input(question: string): string {
  process.stdout.write(question);
  const line: number[] = [];
  const byte = Buffer.alloc(1);
  while (readSync(0, byte) === 1 && byte[0] !== 0x0a) line.push(byte[0] ?? 0);
  return Buffer.from(line).toString();
}

async function exchange(text: string): Promise<string> {
  const answer = once(socket, "message") as Promise<[Buffer]>;
  socket.send(text);
  return (await answer)[0].toString();
}

async function logIn(): Promise<void> {
  for (;;) {
    const answer = await exchange(input("username:password? "));
    console.log(answer);
    if (answer.includes("congratulation")) return;
  }
}

async function converse(): Promise<void> {
  for (;;) {
    const text = input("your context? ");
    if (text === "exit") {
      console.log("goodbye");
      socket.close(1000, "user exit");
      return;
    }
    console.log(await exchange(text));
  }
}

await once(socket, "open");
await logIn();
await converse();
