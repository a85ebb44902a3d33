// `pnpm --filter @wsecho/bench run proxy`: echoes through `wsecho proxy` beside a bare TCP forwarder.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { WebSocket, WebSocketServer } from "ws";
import { median } from "./statistics.ts";

const rounds = Number(process.argv[2] ?? 5);
const ms = Number(process.argv[3] ?? 1000);

const cli = fileURLToPath(new URL("../../apps/cli-client/src/main.ts", import.meta.url));
/** The least that anything between two sockets can do. */
const forwarder = `
  const { connect, createServer } = require("node:net");
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: Number(process.argv[1]), host: "127.0.0.1", noDelay: true });
    for (const socket of [near, far]) socket.on("error", () => {}).on("close", () => (near.destroy(), far.destroy()));
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, "127.0.0.1", () => console.error("on ws://127.0.0.1:" + server.address().port));
`;

interface Way {
  readonly name: string;
  readonly port: number;
  readonly stop: () => void;
}

async function start(name: string, args: readonly string[]): Promise<Way> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  while (!/:(\d+)/.test(said)) said += String(((await once(child.stderr, "data")) as [Buffer])[0]);
  child.stderr.resume();
  return { name, port: Number(/:(\d+)/.exec(said)?.[1]), stop: () => void child.kill() };
}

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
server.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
await once(server, "listening");
const { port } = server.address() as AddressInfo;

/** Echoes per second, with 16 in flight. */
async function measure(to: number, bytes: number): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${to}`, {
    createConnection: () => connect({ port: to, host: "127.0.0.1", noDelay: true }),
  });
  await once(socket, "open");
  const message = Buffer.alloc(bytes, 120);
  let count = 0;
  socket.on("message", () => {
    count += 1;
    socket.send(message);
  });
  const begin = performance.now();
  for (let i = 0; i < 16; i++) socket.send(message);
  await new Promise((resolve) => setTimeout(resolve, ms));
  const rate = (count * 1000) / (performance.now() - begin);
  socket.terminate();
  return rate;
}

const proxy = [
  "--conditions=@wsecho/source",
  cli,
  "proxy",
  "--listen",
  "0",
  "--target",
  `ws://127.0.0.1:${port}`,
  "-q",
];
const rule = fileURLToPath(new URL("./proxy-rule.json", import.meta.url));
const ways = [
  await start("bare TCP forwarder", ["-e", forwarder, String(port)]),
  await start("wsecho proxy", proxy),
  await start("with a rule that matches nothing", [...proxy, "--rules", rule]),
];
const [bare] = ways;
for (const bytes of [32, 1024, 65_536]) {
  const rates = new Map(ways.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++)
    for (const way of ways) rates.get(way.name)?.push(await measure(way.port, bytes));
  const base = median(rates.get(bare?.name ?? "") ?? []);
  for (const [name, values] of rates) {
    const rate = median(values);
    const ratio = (base / rate).toFixed(2);
    console.log(
      `${String(bytes).padStart(6)} B  ${name.padEnd(34)} ${rate.toFixed(0).padStart(8)} echoes/s  ×${ratio}`,
    );
  }
}
for (const way of ways) way.stop();
for (const client of server.clients) client.terminate();
server.close();
