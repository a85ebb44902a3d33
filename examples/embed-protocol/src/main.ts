/** Server and client of the embedded session in one process: `node src/main.ts`. */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { echoAll } from "./client.ts";
import { serveSession } from "./server.ts";

const server = createServer(serveSession).listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
console.log(await echoAll(port, { user: "ada", password: "ada" }, ["hello", "你好"]));
console.log(await echoAll(port, { user: "ada", password: "wrong" }, ["never"]));
server.close();
