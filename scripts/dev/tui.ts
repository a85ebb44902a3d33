import { spawn } from "node:child_process";
import { once } from "node:events";

const packages = ["@wsecho/server", "@wsecho/web-client", "@wsecho/cli"];

/** In a terminal: turbo's panes, the CLI's being interactive. Turbo handles Ctrl-C itself. */
export const runTui = async (environment: NodeJS.ProcessEnv): Promise<number> => {
  const filters = packages.map((name) => `--filter=${name}`);
  const turbo = spawn("turbo", ["run", "dev", "--ui=tui", ...filters], {
    stdio: "inherit",
    env: environment,
    shell: process.platform === "win32",
  });
  // The terminal's own Ctrl-C reaches turbo too; here it only must not end us first.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void turbo.kill(signal));
  }
  const [code] = (await once(turbo, "exit")) as [number | null];
  return code ?? 1;
};
