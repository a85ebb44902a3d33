import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { plainTexts } from "@wsecho/protocol";
import { password, startSoakServer, user } from "./server.ts";
import type { Look, Memory, Target } from "./slow-readers.ts";

/** The others' rounds compare bytes, and a ping is none of them. */
const flags = ["--ping-interval", "1h"];

/** A real `wsecho-server`. */
export async function startOurs(slowTimeoutMs: number): Promise<Target> {
  const server = await startSoakServer([...flags, "--slow-timeout", `${slowTimeoutMs}ms`]);
  return {
    port: server.port,
    spec: {
      name: "wsecho",
      runtime: "node",
      args: [],
      language: "plain",
      login: { send: `${user}:${password}`, expect: plainTexts.accepted },
      prefix: plainTexts.prefix,
    },
    remains: server.remains,
    async look() {
      const numbers = await server.numbers();
      const count = (name: string): number => numbers[name] ?? 0;
      return {
        rssBytes: count("process_resident_memory_bytes"),
        externalBytes: count("nodejs_external_memory_bytes"),
        paused: count('wsecho_limits_total{limit="high-water"}'),
        closed: count('wsecho_limits_total{limit="slow-timeout"}'),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
    },
  };
}

const control = fileURLToPath(new URL("../servers/pausing-ws.ts", import.meta.url));
const probe = new URL("./probe.ts", import.meta.url).href;

/** `ws` and the few lines that it takes to bear such peers. */
export async function startControl(slowTimeoutMs: number): Promise<Target> {
  const child = fork(control, [String(slowTimeoutMs)], {
    execArgv: ["--expose-gc", "--import", probe, "--conditions=@wsecho/source"],
  });
  const exited = once(child, "exit");
  const next = async <T>(): Promise<T> => {
    const ended = exited.then(() => Promise.reject(new Error("the control has ended by itself")));
    const [answer] = (await Promise.race([once(child, "message"), ended])) as [T];
    return answer;
  };
  const ask = <T>(what: "look" | "remains"): Promise<T> => {
    const answer = next<T>();
    child.send(what);
    return answer;
  };
  return {
    port: await next<number>(),
    spec: { name: "ws", runtime: "node", args: [], language: "bare", prefix: "" },
    look: () => ask<Look>("look"),
    remains: () => ask<Memory>("remains"),
    [Symbol.asyncDispose]: async () => {
      child.disconnect();
      await exited;
    },
  };
}
