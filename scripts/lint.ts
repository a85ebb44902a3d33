// `pnpm lint [--fix] [paths…]`: ESLint and Prettier as one command, over everything by default.
import { spawnSync } from "node:child_process";

const args = process.argv.slice(2);
const fix = args.includes("--fix");
const flags = args.filter((arg) => arg.startsWith("-") && arg !== "--fix");
const paths = args.filter((arg) => !arg.startsWith("-"));
const targets = paths.length > 0 ? paths : ["."];

const commands: readonly (readonly [string, ...string[]])[] = [
  // Further flags are ESLint's: Prettier has nothing to say about them.
  ["eslint", "--max-warnings=0", ...(fix ? ["--fix"] : []), ...flags, ...targets],
  ["prettier", fix ? "--write" : "--check", "--log-level=warn", "--ignore-unknown", ...targets],
];

// Both run even if the first one fails, so that one run shows all there is to repair.
let failed = false;
for (const [command, ...rest] of commands) {
  const shell = process.platform === "win32";
  const { status } = spawnSync(command, rest, { stdio: "inherit", shell });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
