// A server in a process of its own that says at its end what it took: `{"taken":["a","b"]}`.
import { createMemoryUsers, createServer } from "../../src/index.ts";

const taken: string[] = [];
const server = createServer({
  port: 0,
  webRoot: null,
  users: await createMemoryUsers({ admin: "123456" }),
  allowAnonymous: true,
  // Not before a turn of the event loop, so that there is always something taken and not answered.
  onMessage: async (message) => {
    const text = message.kind === "text" ? message.text : Buffer.from(message.data).toString();
    taken.push(text);
    await new Promise((resolve) => setImmediate(resolve));
    return message.kind === "text" ? message.text : message.data;
  },
});
const { url } = await server.listen();
process.stdout.write(`ready at ${url}\n`);
process.once("SIGTERM", () => {
  void server.close({ restarting: process.argv.includes("--restarting") }).then(() => {
    process.stdout.write(`${JSON.stringify({ taken })}\n`);
  });
});
