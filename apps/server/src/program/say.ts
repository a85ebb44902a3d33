/** Talk, on stderr; stdout is for results. */
export function say(text: string): void {
  process.stderr.write(`wsecho-server: ${text}\n`);
}

/** Says why, and lets the program end with this status when nothing is left to do. */
export function end(status: number, text: string): void {
  say(text);
  process.exitCode = status;
}
