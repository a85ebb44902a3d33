// A process of the tests: opens the store that its argument names, and prints what all must share.
import { openStore, type StorePlace } from "../../src/store/open.ts";

const place = JSON.parse(process.argv[2] ?? "") as StorePlace;
await using store = await openStore(place);
const keys = await store.signingKeys.list();
const secret = Buffer.from(store.unknownUserSecret).toString("hex");
process.stdout.write(`${secret} ${keys.map(({ id }) => id).join()}`);
