import { stripTypeScriptTypes } from "node:module";
import { BroadcastChannel, Worker, type WorkerOptions } from "node:worker_threads";

/** Preloaded into the thread; JavaScript, so that nothing has to be taken away from it. */
const loader = new URL("./source-loader.js", import.meta.url);

let threads = 0;

/**
 * A thread that runs `file`, be it built or TypeScript. Node takes types away by WebAssembly, and V8
 * (of Node 24.21) can end the whole process where two threads do so at once: each frees wrappers of a
 * cache that they share. So the thread reads its source, and this one takes the types away.
 */
export function startSourceThread(file: URL, options: WorkerOptions): Worker {
  if (!file.pathname.endsWith(".ts")) return new Worker(file, options);
  const name = `wsecho-source-${process.pid}-${performance.now()}-${++threads}`;
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => {
    strip(data as SharedArrayBuffer);
  };
  channel.unref();
  const preload = new URL(loader);
  preload.searchParams.set("channel", name);
  const worker = new Worker(file, {
    ...options,
    execArgv: [
      ...(options.execArgv ?? []),
      "--conditions=@wsecho/source",
      `--import=${preload.href}`,
    ],
  });
  worker.once("exit", () => channel.close());
  return worker;
}

/** Behind its first four bytes, by which the thread is woken, stands the source; so does the result. */
function strip(shared: SharedArrayBuffer): void {
  const state = new Int32Array(shared, 0, 1);
  const source = Buffer.from(shared, 4);
  // Types leave blanks, so that lines and columns stay; nothing gets longer.
  source.fill(" ", source.write(quietly(() => stripTypeScriptTypes(source.toString()))));
  Atomics.store(state, 0, 1);
  Atomics.notify(state, 0);
}

/** Without the warning that this is experimental: nobody who reads it can do anything about it. */
function quietly<T>(run: () => T): T {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back where it was
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return run();
  } finally {
    process.emitWarning = emitWarning;
  }
}
