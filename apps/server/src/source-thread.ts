import { setFlagsFromString } from "node:v8";

/**
 * To be called before a thread is started from TypeScript. Node takes types away by WebAssembly, and
 * V8 (of Node 24.21) can end the whole process where it compiles that code's wrappers anew in a
 * thread: `WasmEngine::FreeDeadCode` then frees what is gone. So they stay as they were. What is
 * built has no types, and needs none of this.
 */
export function allowSourceThread(): void {
  setFlagsFromString("--wasm-wrapper-tiering-budget=2000000000");
}
