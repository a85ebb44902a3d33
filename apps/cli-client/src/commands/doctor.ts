import { styleText } from "node:util";
import { readAccess } from "../access.ts";
import { chooseLogin, type LoginChoice } from "../bench/login.ts";
import { isKin } from "../connection/kin.ts";
import { readRequest } from "../connection/read.ts";
import { createDeparture } from "../departure.ts";
import { checkClose, checkPings } from "../doctor/exchange.ts";
import { checkLogin, type LoginTarget } from "../doctor/login.ts";
import { checkName, checkTcp } from "../doctor/network.ts";
import type { DoctorInvocation } from "../doctor/options.ts";
import { checkTls } from "../doctor/tls.ts";
import { carriesLogin, checkUpgrade, type UpgradeTarget } from "../doctor/upgrade.ts";
import { exitOf, ok, skip, type Verdict } from "../doctor/verdict.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { watchHandshakes } from "../handshake.ts";
import { createByteInput } from "../input/bytes.ts";
import { createOutput, type Output } from "../output.ts";
import { asking, findConsole } from "../prompt/console.ts";
import { hostOf, parseTarget } from "../target.ts";
import { sanitizeLine } from "../terminal/sanitize.ts";
import { wrapWords } from "../wire/fit.ts";
import { columns } from "../wire/screen.ts";

/** @returns the exit status */
export async function doctorCommand({ target: text, options }: DoctorInvocation): Promise<number> {
  const departure = createDeparture(() => terminal.release());
  const terminal = findConsole(() => departure.interrupt("interrupted"));
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
  const refuse = (error: string): Promise<number> => {
    const wish = departure.exit();
    return wish === null ? end("usage", `Nothing to look at: ${error}.`) : end(wish);
  };
  const ask = asking(terminal, departure.signal);
  const access = await readAccess(target.value, options, {
    env: process.env,
    readLine: createByteInput(process.stdin).firstLine,
    warn: output.problem,
    ask,
  });
  if (!access.ok) return refuse(access.error);
  const { tls, given } = access.value;
  const request = await readRequest(options, { url, env: process.env, warn: output.problem, ask });
  terminal.release();
  if (!request.ok) return refuse(request.error);
  const headers = request.value;
  const handshakes = watchHandshakes(() => null, { ...tls, headers });
  const timeoutMs = options.timeout * 1000;
  const choose = (): ReturnType<typeof chooseLogin> =>
    chooseLogin({ ...options, subprotocol: undefined }, given, () =>
      isKin({
        url: url.href,
        transport: handshakes.transport,
        timeoutMs,
        signal: departure.signal,
      }),
    );
  // What only the environment has depends on the server, which is not known yet.
  const login = given.ambient === true ? null : await choose();
  if (typeof login === "string") return refuse(login);

  const verdicts: Verdict[] = [];
  const tell = async (...more: readonly Verdict[]): Promise<boolean> => {
    verdicts.push(...more);
    if (options.json !== true) for (const verdict of more) await show(verdict, output);
    return more.every(({ outcome }) => outcome !== "fail") && !departure.signal.aborted;
  };
  const subprotocols = options.subprotocol ?? [];
  await examine({
    url,
    tls,
    subprotocols,
    headers,
    timeoutMs,
    tell,
    login: async () =>
      judgeLogin(login ?? (await choose()), { url, headers, handshakes, timeoutMs }),
  });
  if (options.json === true) await output.line(JSON.stringify({ v: 1, verdicts }));
  return end(departure.exit() ?? exitOf(verdicts));
}

interface Examination extends UpgradeTarget {
  readonly login: () => Promise<Verdict>;
  /** @returns whether it makes sense to look further */
  readonly tell: (...verdicts: readonly Verdict[]) => Promise<boolean>;
}

/** From the name to the goodbye; ends where the next step could not be tried. */
async function examine(examination: Examination): Promise<void> {
  const { url, tls, timeoutMs, tell } = examination;
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
  const { verdicts, socket } = await checkUpgrade(examination);
  await tell(...verdicts);
  if (socket === null) return;
  await tell(...(await checkPings(socket, timeoutMs)));
  await tell(await checkClose(socket, timeoutMs));
  await tell(await examination.login());
}

async function judgeLogin(
  choice: LoginChoice | string,
  { headers, ...target }: Omit<LoginTarget, "session"> & Pick<UpgradeTarget, "headers">,
): Promise<Verdict> {
  if (typeof choice === "string") return skip("login", `not tried: ${choice}`);
  const { session, unused } = choice;
  if (session !== null) return checkLogin({ ...target, session });
  if (carriesLogin(headers)) return ok("login", "the handshake carried it, and was let in");
  return unused === true
    ? skip("login", "not tried: what the environment has is for wsecho servers, and this is none")
    : skip("login", "not tried", "Give --user and --password-file, or --token-file.");
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
  const width = columns() ?? Infinity;
  const indent = width < 64 ? 6 : 19;
  // In a file, too, it is read by people.
  const said = sanitizeLine(`${word}  ${check.padEnd(11)}  ${text}`);
  const [first = "", ...rest] = wrapWords(said, width, indent);
  await output.line(first.slice(word.length), mark);
  const advised = advice === undefined ? "" : `${" ".repeat(indent)}→ ${advice}`;
  const more = advice === undefined ? rest : [...rest, ...wrapWords(advised, width, indent + 2)];
  for (const line of more) await output.line(line);
}
