import { parentPort } from "node:worker_threads";
// Something to import, so that the loader has more than one file to do.
import { soon } from "./soon.ts";

/** Of Node's own modules, those that the thread has loaded; a list that its types lack. */
const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };

parentPort?.postMessage({ soon: soon satisfies object, loaded: [...moduleLoadList] });
