import { styleText } from "node:util";
import { readAccess } from "../access.ts";
import type { TlsOptions } from "../certificates.ts";
import { loginOf } from "../bench/login.ts";
import { createDeparture } from "../departure.ts";
import { checkClose, checkPings } from "../doctor/exchange.ts";
import { checkLogin } from "../doctor/login.ts";
import { checkName, checkTcp } from "../doctor/network.ts";
import type { DoctorInvocation } from "../doctor/options.ts";
import { checkTls } from "../doctor/tls.ts";
import { checkUpgrade } from "../doctor/upgrade.ts";
import { exitOf, skip, type Verdict } from "../doctor/verdict.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { watchHandshakes } from "../handshake.ts";
import { createByteInput } from "../input/bytes.ts";
import { createOutput, type Output } from "../output.ts";
import { hostOf, parseTarget } from "../target.ts";
import { sanitizeLine } from "../terminal/sanitize.ts";

/** @returns the exit status */
export async function doctorCommand({ target: text, options }: DoctorInvocation): Promise<number> {
  const departure = createDeparture(() => undefined);
  const output = createOutput({
    quiet: false,
    screen: () => null,
    interactive: false,
    onGone: () => departure.leave("ok"),
  });
  const end = async (exit: ExitName, problem = ""): Promise<number> => {
    if (problem !== "") output.problem(problem);
    await output.flush();
    return exitStatus(exit);
  };
  const target = parseTarget(text);
  if (!target.ok) return end("usage", `Nothing to look at: ${target.error}.`);
  const { url } = target.value;
  const access = await readAccess(target.value, options, {
    env: process.env,
    readLine: createByteInput(process.stdin).firstLine,
    warn: output.problem,
  });
  if (!access.ok) return end("usage", `Nothing to look at: ${access.error}.`);
  const { tls, given } = access.value;
  const login = loginOf({ ...options, subprotocol: undefined }, given);
  if (typeof login === "string") return end("usage", `Nothing to look at: ${login}.`);

  const verdicts: Verdict[] = [];
  const tell = async (...more: readonly Verdict[]): Promise<boolean> => {
    verdicts.push(...more);
    if (options.json !== true) for (const verdict of more) await show(verdict, output);
    return more.every(({ outcome }) => outcome !== "fail") && !departure.signal.aborted;
  };
  await examine({ url, tls, options, session: login.session, tell });
  if (options.json === true) await output.line(JSON.stringify({ v: 1, verdicts }));
  return end(departure.exit() ?? exitOf(verdicts));
}

interface Examination {
  readonly url: URL;
  readonly tls: TlsOptions;
  readonly options: DoctorInvocation["options"];
  readonly session: Parameters<typeof checkLogin>[0]["session"] | null;
  /** @returns whether it makes sense to look further */
  readonly tell: (...verdicts: readonly Verdict[]) => Promise<boolean>;
}

/** From the name to the goodbye; ends where the next step could not be tried. */
async function examine({ url, tls, options, session, tell }: Examination): Promise<void> {
  const timeoutMs = options.timeout * 1000;
  const secure = url.protocol === "wss:";
  const port = Number(url.port === "" ? (secure ? 443 : 80) : url.port);
  const hostname = hostOf(url);
  const name = await checkName(hostname);
  if (!(await tell(name.verdict))) return;
  const tcp = await checkTcp(name.addresses, port, timeoutMs);
  if (!(await tell(tcp.verdict)) || tcp.address === null) return;
  if (secure) {
    const now = Date.now();
    const seen = await checkTls({
      hostname,
      address: tcp.address,
      port,
      options: tls,
      timeoutMs,
      now,
    });
    // A certificate that nobody should believe keeps nobody from looking further.
    if (!(await tell(...seen)) && seen.every(({ check }) => check !== "certificate")) return;
  } else await tell(skip("TLS", "ws:// has none: everybody on the way can read along"));
  const headers = options.origin === undefined ? {} : { Origin: options.origin };
  const subprotocols = options.subprotocol ?? [];
  const { verdicts, socket } = await checkUpgrade({ url, tls, subprotocols, headers, timeoutMs });
  await tell(...verdicts);
  if (socket === null) return;
  await tell(...(await checkPings(socket, timeoutMs)));
  await tell(await checkClose(socket, timeoutMs));
  if (session === null)
    await tell(skip("login", "not tried", "Give --user and --password-file, or --token-file."));
  else {
    const handshakes = watchHandshakes(() => null, tls);
    await tell(await checkLogin({ url, handshakes, session, timeoutMs }));
  }
}

const marks = {
  ok: { word: "ok  ", style: "green" },
  warn: { word: "warn", style: "yellow" },
  fail: { word: "FAIL", style: "red" },
  skip: { word: "–   ", style: "dim" },
} as const;

async function show({ check, outcome, text, advice }: Verdict, output: Output): Promise<void> {
  const { word, style } = marks[outcome];
  const mark = styleText(style, word, { stream: process.stdout });
  // In a file, too, it is read by people.
  await output.line(sanitizeLine(`  ${check.padEnd(11)}  ${text}`), mark);
  if (advice !== undefined) await output.line(`${" ".repeat(19)}→ ${advice}`);
}
