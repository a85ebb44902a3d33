/**
 * A server over the store that its argument names. Failures are forgotten at once: what is measured
 * takes more of them than any throttle lets through.
 */
import { createServer, openStore, type StorePlace } from "@wsecho/server";

const place = JSON.parse(process.argv[2] ?? "") as StorePlace;
const failureDecay = { pairMs: 1, addressMs: 1, allMs: 1 };
const store = await openStore(place, { failureDecay });
const server = createServer({ port: 0, store, webRoot: null });
const { url } = await server.listen();
console.log(`a server with users on ${url}`);
