// `pnpm --filter @wsecho/protocol asyncapi`: writes what the code already says into asyncapi.json
// and the tables of PROTOCOL.md. A test fails where somebody forgot to.
import { readFile, writeFile } from "node:fs/promises";
import { asyncApiFile, generateAsyncApi, generateProtocol, protocolFile } from "./generated.ts";

await writeFile(asyncApiFile, await generateAsyncApi());
await writeFile(protocolFile, await generateProtocol(await readFile(protocolFile, "utf8")));
