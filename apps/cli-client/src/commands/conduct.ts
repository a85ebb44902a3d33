import type { ConnectOptions, SessionEvent } from "@wsecho/client";
import type { DialectName } from "@wsecho/protocol";
import { dial, type Dialed } from "../connection/dial.ts";
import { unusedLogin } from "../connection/kin.ts";
import { createExpectations } from "../expectations.ts";
import { createGoal } from "../goal.ts";
import type { ByteInput } from "../input/bytes.ts";
import { createLogin } from "../login.ts";
import { createNarrator } from "../narrator.ts";
import type { Recording } from "../recording.ts";
import { createStats } from "../stats.ts";
import { keepTally } from "../tally.ts";
import { showTarget } from "../target.ts";
import type { Inspector } from "../wire/inspector.ts";
import type { Approach } from "./approach.ts";
import { createChannels, type Channels } from "./channels.ts";
import { openLink } from "./link.ts";
import type { Plan } from "./plan.ts";
import type { Preparation } from "./preparation.ts";
import type { ConnectCommandOptions } from "./settings.ts";
import type { Stage } from "./stage.ts";
import { talk } from "./talk.ts";
import { circumstances, type Outcome } from "./verdict.ts";

export interface Conducting {
  readonly stage: Stage;
  readonly options: ConnectCommandOptions;
  readonly approach: Approach | undefined;
  readonly plan: Plan;
  readonly preparation: Preparation;
  readonly input: ByteInput;
  readonly inspector: Inspector | null;
  readonly recording: Recording;
}

/** Connects, talks, and comes back where that is wanted, to the end of it all. */
export async function conduct(conducting: Conducting): Promise<Outcome> {
  const { stage, options, approach, plan, preparation, recording } = conducting;
  const { departure, terminal, output, interactive } = stage;
  const { target, given, manner } = preparation;
  const url = showTarget(target.url);
  const tally = keepTally();
  const stats = createStats();
  const link = await openLink(conducting);
  const login = createLogin(given, {
    ask: terminal.ask,
    present: terminal.present,
    info: output.info,
    problem: output.problem,
    signal: departure.signal,
  });
  const provide: typeof login.provide = (request, signal) => {
    if (!link.crossed()) return login.provide(request, signal);
    output.problem(
      "The server redirected to another origin, which gets no login. Connect to it directly.",
    );
    return null;
  };
  let channels: Channels | null = null;
  let dialect: DialectName = manner === "plain" ? "plain" : "v1";
  let bare = manner === "none" || manner === "detect";
  let waits = 0;
  const maxRetries = options.reconnectMax ?? Infinity;
  const narrate = createNarrator({
    output,
    url,
    tally: tally.now,
    hint: interactive ? " Enter sends a line; exit leaves." : "",
    bare: () => bare,
  });
  const onStatus = (kind: string): void => {
    // Before anybody is told: from then on the terminal shows what is typed.
    if (!interactive && kind === "ready") terminal.release();
    if (kind === "waiting") waits += 1;
    if (waits > maxRetries) departure.leave("broken");
    if (kind !== "ready") return;
    approach?.onReady?.();
    waits = 0;
    // What is said first is said again on each new connection.
    if (channels !== null && channels.current() !== null)
      for (const message of plan.first) void channels.send(message).catch(() => undefined);
  };
  const take = (event: SessionEvent): void => {
    recording.take(event);
    stats.take(event);
    if (event.type === "status") onStatus(event.status.kind);
    // What the library says when it got no credentials has been told in other words.
    if (event.type !== "problem" || !login.gaveUp()) narrate(event);
  };
  const stepMs = options.connectTimeout * 1000;
  const reconnect = options.reconnect ?? false;
  const session: ConnectOptions = {
    transport: link.handshakes.transport,
    handshakeLogin: preparation.handshakeLogin,
    reconnect,
    allowInsecurePassword: options.allowInsecurePassword ?? false,
    limits: { connectTimeoutMs: stepMs, loginTimeoutMs: stepMs },
    onEvent: (event) => {
      bare = false;
      tally.take(event);
      if (event.type === "status") ({ dialect } = event.status);
      take(event);
    },
  };
  if (interactive) terminal.open();
  const call = (patient: boolean): Promise<Dialed> =>
    dial({
      url: target.url,
      login: { ...login, provide },
      departure,
      manner,
      subprotocols: options.subprotocol ?? [],
      handshakes: link.handshakes,
      timeoutMs: stepMs,
      bare: {
        reconnect,
        maxRetries,
        onEvent: (event) => {
          bare = true;
          take(event);
        },
      },
      onAbsent: patient
        ? () => output.info(`No server at ${url} yet; waiting for one. Ctrl-C leaves.`)
        : null,
      options: session,
    });
  const first = await call(options.wait === true);
  if (first.ok && first.session === null && given.ambient === true) output.info(unusedLogin);
  channels = createChannels({
    first,
    dial: () => call(options.wait === true || reconnect),
    control: link.control,
    departure,
    maxSize: options.maxSize,
  });

  const goal = createGoal({
    count: options.one === true ? 1 : options.count,
    expect: plan.expect,
  });
  const expectations = createExpectations(output.problem);
  const complete =
    !first.ok ||
    (await talk({
      ...conducting,
      ...first,
      channels,
      stats,
      tally,
      goal,
      expectations,
      facts: (about) => (about === "headers" ? link.answer().join("\n") : stats.describe()),
    }));
  return {
    reason: await channels.reason(),
    context: circumstances(conducting, {
      established: first.ok,
      dialect,
      failure: link.handshakes.failure(),
    }),
    wish: departure.exit(),
    okClose: options.okClose ?? [],
    expectClose: approach?.expectClose ?? null,
    dead: link.dead(),
    fault: link.fault(),
    maxSize: options.maxSize,
    tally: tally.now(),
    goal,
    unmet: expectations.missing() ?? approach?.unmet?.() ?? null,
    anyClose: approach?.anyClose?.() ?? false,
    complete,
    indulgent: interactive || output.gone(),
  };
}
