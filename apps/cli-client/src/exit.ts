/** Every way the program ends, as a script sees it. `--help` prints this table. */
export const exitStatuses = {
  ok: { status: 0, meaning: "everything went through" },
  internal: { status: 1, meaning: "a bug in wsecho" },
  usage: { status: 2, meaning: "wrong arguments or unusable input" },
  unreachable: { status: 3, meaning: "no connection (DNS, TCP, proxy), or none to listen for" },
  tls: { status: 4, meaning: "TLS failed" },
  handshake: { status: 5, meaning: "the server refused the WebSocket upgrade" },
  authentication: { status: 6, meaning: "the login was refused" },
  timeout: { status: 7, meaning: "something took too long" },
  broken: { status: 8, meaning: "the connection broke without a close (1006)" },
  closed: { status: 9, meaning: "the other side ended it with an error, or replies are missing" },
  expectation: { status: 10, meaning: "a condition (--fail-if, --expect) does not hold" },
  hangup: { status: 129, meaning: "the terminal went away (SIGHUP)" },
  interrupted: { status: 130, meaning: "Ctrl-C (SIGINT)" },
  terminated: { status: 143, meaning: "SIGTERM" },
} as const;

export type ExitName = keyof typeof exitStatuses;

export function exitStatus(name: ExitName): number {
  return exitStatuses[name].status;
}

/** The table as `--help` shows it. */
export function exitHelp(): string {
  const rows = Object.values(exitStatuses).map(
    ({ status, meaning }) => `  ${String(status).padEnd(4)} ${meaning}`,
  );
  return ["Exit status:", ...rows].join("\n");
}
