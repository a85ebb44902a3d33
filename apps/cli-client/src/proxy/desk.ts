import { readFileSync } from "node:fs";
import {
  createRedactor,
  opcodes,
  safeText,
  type FrameRecord,
  type MessageRecord,
  type WireRecord,
} from "@wsecho/wire";
import { redactV1 } from "@wsecho/wire/secrets";
import { failure, success, type Result } from "@wsecho/protocol";
import { help, parseCommand, type Command } from "./command.ts";
import { closePayload, maxControl, type Content } from "./content.ts";
import type { Decision, Held } from "./engine.ts";
import type { Passage, Proxy } from "./proxy.ts";
import { nowUs } from "./pump.ts";
import type { Rule, Rulebook } from "./rulebook.ts";
import { parseRule, parseRules } from "./rules-file.ts";

export interface DeskOptions {
  readonly proxy: Proxy;
  readonly rulebook: Rulebook;
  readonly reveal: boolean;
  /** For the person; safe to print. */
  readonly say: (text: string) => void;
  readonly onQuit: () => void;
}

/** Where a person decides about what is held. */
export interface Desk {
  /** Everything that is recorded: what is a secret shows only from what was before. */
  readonly record: (record: WireRecord) => void;
  readonly held: (held: Held) => void;
  /** Does what a line says, and says what became of it. */
  readonly line: (line: string) => void;
}

const arrows = { c2s: "c ▶ s", s2c: "c ◀ s" } as const;

export function createDesk({ proxy, rulebook, reveal, say, onQuit }: DeskOptions): Desk {
  /** By connection and id what was said of each, for its record may be large. */
  const waiting = new Map<number, Map<number, string>>();
  const redactor = createRedactor({ reveal });

  const showHeld = ({ id, conn, record }: Held): string => {
    const name = (opcodes[record.op] ?? "reserved").toUpperCase();
    return `held ${id}  connection ${conn}  ${arrows[record.dir]}  ${name}, ${record.len} bytes  ${preview(record)}`;
  };
  const preview = (record: MessageRecord | FrameRecord): string => {
    const [shown] = redactor.push(record).filter(({ k }) => k === record.k);
    if (shown?.k !== "message" && shown?.k !== "frame") return "(hidden)";
    const text = shown.text ?? (shown.k === "message" ? toHex(shown.data) : "");
    return safeText(text.slice(0, 200)) + (text.length > 200 ? "…" : "");
  };

  const passageOf = (conn: number | undefined): Result<Passage, string> => {
    const { passages } = proxy;
    const [only] = passages.values();
    if (conn === undefined && passages.size === 1 && only !== undefined) return success(only);
    const found = conn === undefined ? undefined : passages.get(conn);
    if (found !== undefined) return success(found);
    return failure(
      passages.size === 0
        ? "no connection is open"
        : `say which connection: ${[...passages.keys()].join(", ")}`,
    );
  };

  /** Of connections that have ended nothing is held any more. */
  const forgetEnded = (): void => {
    for (const conn of waiting.keys()) if (!proxy.passages.has(conn)) waiting.delete(conn);
  };

  const decide = (which: number | "all", decision: Decision): void => {
    forgetEnded();
    const all = [...waiting].flatMap(([conn, held]) =>
      [...held.keys()].map((id) => ({ conn, id })),
    );
    const chosen = which === "all" ? all : all.filter(({ id }) => id === which);
    if (chosen.length === 0)
      say(
        which === "all"
          ? "nothing is held"
          : `there is no held message ${which}, or its connection is gone`,
      );
    for (const { conn, id } of chosen) {
      const passage = proxy.passages.get(conn);
      const wrong = passage?.engine.decide(id, decision, nowUs());
      passage?.pump.relieve();
      if (wrong === undefined) waiting.get(conn)?.delete(id);
      else say(wrong);
    }
  };

  const inject = (command: Extract<Command, { readonly kind: "inject" }>): void => {
    const content = contentOf(command);
    const passage = passageOf(command.conn);
    if (!content.ok) say(content.error);
    else if (!passage.ok) say(passage.error);
    else {
      const wrong = passage.value.engine.inject(command.dir, content.value, nowUs());
      passage.value.pump.relieve();
      if (wrong !== undefined) say(`it cannot be added: ${wrong}`);
    }
  };

  const setRules = (rules: readonly Rule[]): void => {
    rulebook.set(rules);
    proxy.settle();
    listRules();
  };
  const listRules = (): void =>
    say(
      rulebook.rules.length === 0
        ? "there are no rules"
        : rulebook.rules.map((rule, i) => `${i + 1}  ${safeText(showRule(rule))}`).join("\n"),
    );

  /** A login that a rule puts in is hidden as any other. */
  const showRule = ({ expression }: Rule): string =>
    JSON.stringify(
      JSON.parse(expression, (key, value: unknown) => {
        if (reveal || key !== "text" || typeof value !== "string") return value;
        return Buffer.from(redactV1(Buffer.from(value)) ?? value).toString();
      }),
    );

  const list = (): void => {
    forgetEnded();
    for (const held of waiting.values()) for (const line of held.values()) say(line);
    for (const [conn, { to }] of proxy.passages) say(`connection ${conn} to ${to}`);
    if (proxy.passages.size === 0) say("nothing is held, nobody is here");
  };

  const obey = (command: Command): void => {
    switch (command.kind) {
      case "nothing":
        break;
      case "help":
        say(help);
        break;
      case "list":
        list();
        break;
      case "quit":
        onQuit();
        break;
      case "forward":
      case "drop":
        decide(command.which, { kind: command.kind });
        break;
      case "edit":
        decide(command.id, { kind: "edit", text: command.text });
        break;
      case "hold":
        proxy.holdAll = command.on;
        proxy.settle();
        say(command.on ? "every message is held" : "messages are held by rules only");
        break;
      case "inject":
        inject(command);
        break;
      case "rules":
        listRules();
        break;
      case "add-rule":
        change(parseRule(command.rule), (rule) => [...rulebook.rules, rule]);
        break;
      case "remove-rule":
        if (rulebook.rules[command.number - 1] === undefined)
          say(`there is no rule ${command.number}`);
        else setRules(rulebook.rules.filter((_rule, i) => i !== command.number - 1));
        break;
      case "load-rules":
        change(loadRules(command.file), (rules) => rules);
    }
  };
  const change = <T>(read: Result<T, string>, make: (value: T) => readonly Rule[]): void => {
    if (read.ok) setRules(make(read.value));
    else say(safeText(read.error));
  };

  return {
    record: (record) => void redactor.push(record),
    held(held) {
      forgetEnded();
      const line = showHeld(held);
      const ofConn = waiting.get(held.conn) ?? new Map<number, string>();
      waiting.set(held.conn, ofConn.set(held.id, line));
      say(line);
    },
    line(line) {
      const command = parseCommand(line);
      if (command.ok) obey(command.value);
      else say(safeText(command.error));
    },
  };
}

/** Reads a file of rules; the error names the file. */
export function loadRules(file: string): Result<readonly Rule[], string> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    return failure(`${file} cannot be read (${code})`);
  }
  const rules = parseRules(text);
  return rules.ok ? rules : failure(`${file}, ${rules.error}`);
}

const toHex = (data: Uint8Array | undefined): string => Buffer.from(data ?? []).toString("hex");

function contentOf({
  op,
  text,
}: Extract<Command, { readonly kind: "inject" }>): Result<Content, string> {
  if (op === 2) {
    const hex = text.replaceAll(/\s/g, "");
    return /^([0-9a-f]{2})*$/i.test(hex)
      ? success({ op, payload: Buffer.from(hex, "hex") })
      : failure("binary takes bytes in hex, as in 00 ff");
  }
  const [, code = "1000", reason = ""] = /^\s*(\d{4})?\s?(.*)$/s.exec(text) ?? [];
  const payload = op === 8 ? closePayload(Number(code), reason) : Buffer.from(text);
  return op >= 8 && payload.length > maxControl
    ? failure(`a control frame holds at most ${maxControl} bytes`)
    : success({ op, payload });
}
