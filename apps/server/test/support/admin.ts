import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { expect } from "vitest";
import type { Program } from "./program.ts";
import { soon } from "./soon.ts";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Unlike fetch, it sends the headers that it is told. */
export async function ask(
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  const sent = request(url, { headers, method, agent: false });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode ?? 0, body };
}

/** What `/metrics` says, by name and labels. */
export async function numbers(url: string): Promise<Record<string, number>> {
  const { body } = await ask(`${url}/metrics`);
  const lines = body.split("\n").filter((line) => /^(wsecho|nodejs)_/.test(line));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" "))),
    ]),
  );
}

/** The URL of the admin listener of a program that was given `--admin-port 0`. */
export async function adminOf(program: Program): Promise<string> {
  await expect.poll(() => program.stderr(), soon).toContain("/metrics");
  return /(http:\S+)\/metrics/.exec(program.stderr())?.[1] ?? "";
}
