import type { Command } from "commander";

const examples = `
Examples:
  $ wsecho curl 'https://example.org/feed' -H 'Origin: https://example.org' -b 'id=1' --compressed
  $ wsecho curl @copied.txt --execute hello --one    a command in a file, and options of connect
  $ xclip -o | wsecho curl -                         the same from the input
  $ wsecho --as-curl -H 'X-Team: a' wss://example.org   the other way

This is what a browser's "Copy as cURL" gives (the form for bash), pasted behind wsecho. http: becomes
ws:, the handshake's own headers are made anew, Sec-WebSocket-Protocol is offered. What is no option of
curl is one of connect, by its long name. An option that cannot be had is named, and nothing happens.`;

/** Adds `curl`, for help and completion: its arguments are curl's, and are read before all others. */
export function addCurlCommand(program: Command): void {
  program
    .command("curl")
    .description("connect as a curl command says, as browsers copy it")
    .usage("[curl's options] <url> | @FILE | -")
    .argument("[arguments...]", "curl's; @FILE or - for a command as text")
    .addHelpText("after", examples);
}
