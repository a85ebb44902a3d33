import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { generateProtocol, protocolFile } from "../scripts/generated.ts";
import { plainTexts } from "../src/index.ts";
import { parseVerifier } from "../src/scram/index.ts";
import scram from "../vectors/scram.json" with { type: "json" };
import { rulesOf, testedRules, titlesOf, vectorRules } from "./vectors/rules.ts";
import { connectServer, type ServerShell } from "./vectors/server.ts";

const text = await readFile(protocolFile, "utf8");
const rules = rulesOf(text);

describe("the rules of PROTOCOL.md", () => {
  it("have ids of their own, counted up within each letter", () => {
    const seen = new Map<string, number>();
    for (const { id } of rules) {
      const letter = id.charAt(0);
      const number = (seen.get(letter) ?? 0) + 1;
      expect(id).toBe(`${letter}${number}`);
      seen.set(letter, number);
    }
    expect(rules.length).toBeGreaterThan(80);
  });

  it("are each proven by a test or a vector", async () => {
    const proven = new Set([...(await testedRules()).keys(), ...(await vectorRules()).keys()]);
    expect(rules.map(({ id }) => id).filter((id) => !proven.has(id))).toEqual([]);
  });

  it("are the only ones that tests and vectors name", async () => {
    const known = new Set(rules.map(({ id }) => id));
    const named = [...(await testedRules()), ...(await vectorRules())];
    expect(named.filter(([id]) => !known.has(id))).toEqual([]);
  });

  it("are the only ones that PROTOCOL.md itself refers to", () => {
    const known = new Set(rules.map(({ id }) => id));
    const references = [...text.matchAll(/\b[NHPMLSRCTKFE]\d{1,2}\b/g)].map(([id]) => id);
    expect(references.filter((id) => !known.has(id))).toEqual([]);
  });
});

describe("the search for rules in titles", () => {
  it("finds them in every form of a test, and not in one that does not run", () => {
    const source = `
      it("[R1] a", () => {});
      it.each([1, f(2)])("[R2, R3] %s", () => {});
      describe.each(sides)('[R4] $side', () => {});
      test.concurrent(\`[R5] \${1}\`, () => {});
      it(
        "[R6] on a line of its own",
        () => {},
      );
      it.skip("[X1]", () => {});
      it.todo("[X2]");
      // [X3] in a comment, "[X4]" in a string
    `;
    expect(titlesOf(source)).toEqual([
      "[R1] a",
      "[R2, R3] %s",
      "[R4] $side",
      "[R5] ${1}",
      "[R6] on a line of its own",
    ]);
  });

  it("finds rules by their form, so that one that is badly written is missed by the count", () => {
    expect(rulesOf("- **A1** one.\n- **A2** two.\n * **A3** no.\n- A4 no.\n")).toEqual([
      { id: "A1", text: "one." },
      { id: "A2", text: "two." },
    ]);
    const bold = [...text.matchAll(/\*\*[A-Z]\d+\*\*/g)];
    expect(bold.length).toBe(rules.length);
  });
});

describe("the tables of PROTOCOL.md", () => {
  it("[C1, M1, T9] are what the code says; else run: pnpm --filter @wsecho/protocol asyncapi", async () => {
    expect(await generateProtocol(text)).toBe(text);
  });

  it.each(Object.values(plainTexts))("[P3, P4, P6] have the plain text %j", (plain) => {
    expect(text).toContain(JSON.stringify(plain).slice(1, -1));
  });
});

describe("the worked examples of PROTOCOL.md", () => {
  const section = text.slice(text.indexOf("## 10. Worked examples"), text.indexOf("## 11."));
  const examples = [...section.matchAll(/\n([^\n]+)\n\n```\n([^`]+)```/g)].map(
    ([, title = "", lines = ""]) => [title, lines.trim().split("\n")] as const,
  );

  it("are four conversations", () => expect(examples.length).toBe(4));

  it.each(examples)("are what the server says: %s", async (_, lines) => {
    const server = startFor(lines);
    for (const line of lines.slice(1)) await follow(server, line);
    expect(await server.next(), "something was left over").toBeUndefined();
  });

  /** A server as the example's own `hello` and `ok` describe it. */
  function startFor(lines: readonly string[]): ServerShell {
    const said = lines.filter((line) => line.startsWith("S: {"));
    const messages = said.map((line) => JSON.parse(line.slice(3)) as Record<string, unknown>);
    const find = (name: string): unknown => messages.find((m) => name in m)?.[name];
    const [rfc] = scram.exchanges;
    const verifier = parseVerifier(rfc?.verifier ?? "");
    if (rfc === undefined || !verifier.ok) throw new Error("RFC 7677's exchange is missing");
    return connectServer({
      dialect: lines[0]?.includes("wsecho.v1") === true ? "v1" : "plain",
      users: { admin: "123456" },
      tokens: { "token-1": "admin", "token-2": "admin" },
      verifiers: { [rfc.user]: verifier.value },
      serverNonce: () => rfc.serverNonce,
      limits: find("limits") as object | undefined,
      mechanisms: find("mechanisms") as readonly "plain"[] | undefined,
      expiresInMs: find("expiresInMs") as number | undefined,
    });
  }

  async function follow(server: ServerShell, line: string): Promise<void> {
    const passes = /^\[(\w+) (?:more )?minutes pass\]$/.exec(line);
    if (passes !== null) {
      const minutes = { four: 4, five: 5 }[passes[1] ?? ""];
      if (minutes === undefined) throw new Error(`how long is ${line}?`);
      await server.elapse(minutes * 60_000);
      return;
    }
    const side = line.slice(0, 3);
    const said = line.slice(3).replace("␍␊", "\r\n");
    const binary = /^\(binary\) (.*)$/.exec(said)?.[1];
    const bytes = Uint8Array.from(Buffer.from((binary ?? "").replaceAll(" ", ""), "hex"));
    const close = /^\[close (\d+) ?(.*)\]$/.exec(said);
    if (side === "C: ") {
      if (close !== null) server.close(Number(close[1]), close[2] ?? "");
      else if (binary !== undefined) server.sendBinary(bytes);
      else server.sendText(said);
      return;
    }
    expect(side).toBe("S: ");
    const next = await server.next();
    if (close !== null) {
      expect(next).toEqual({ kind: "close", code: Number(close[1]), reason: close[2] });
    } else if (binary !== undefined) expect(next).toEqual({ kind: "binary", data: bytes });
    else expect(next).toEqual({ kind: "text", text: said });
  }
});
