import { say } from "./say.ts";

const exitStatus = { SIGINT: 130, SIGTERM: 143 } as const;

export function stopOnSignals(close: () => Promise<void>): void {
  let stopping = false;
  const stop = (signal: keyof typeof exitStatus): void => {
    // Somebody who asks twice does not want to wait.
    if (stopping) process.exit(exitStatus[signal]);
    stopping = true;
    say("stopping; once more ends it at once");
    void close();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}
