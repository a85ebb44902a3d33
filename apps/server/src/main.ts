#!/usr/bin/env node
import { parseArgs } from "node:util";
import { createServer } from "./server.ts";
import { demoUsers } from "./users.ts";

const { values } = parseArgs({
  options: {
    demo: { type: "boolean", default: false },
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "5678" },
    "no-plain": { type: "boolean", default: false },
  },
});
if (!values.demo) {
  console.error("no users yet: start with --demo");
  process.exit(2);
}
const server = createServer({
  host: values.host,
  port: Number(values.port),
  plain: !values["no-plain"],
  users: await demoUsers(),
});
const { url } = await server.listen();
process.on("SIGINT", () => void server.close());
process.on("SIGTERM", () => void server.close());
console.log(`wsecho-server is ready at ${url}`);
