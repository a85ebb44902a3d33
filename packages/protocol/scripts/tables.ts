// The tables of PROTOCOL.md, written from the same data that the code runs on.
import {
  clientMessages,
  closes,
  defaultClientLimits,
  defaultLimits,
  serverMessages,
  type Field,
  type Fields,
} from "@wsecho/protocol";
import {
  clientDocs,
  clientLimitDocs,
  closeDocs,
  limitDocs,
  serverDocs,
  type MessageDoc,
} from "./docs.ts";

type Row = readonly string[];

/** Each generated part of PROTOCOL.md by the name in its markers. */
export const tables: Readonly<Record<string, () => string>> = {
  messages: () =>
    [
      "From the client:",
      messageTable(clientMessages, clientDocs),
      "From the server:",
      messageTable(serverMessages, serverDocs),
    ].join("\n\n"),
  closes: closeTable,
  limits: () =>
    [
      "What a server grants, and wsecho's defaults:",
      limitTable(defaultLimits, limitDocs),
      "What a client grants, and wsecho's defaults:",
      limitTable(defaultClientLimits, clientLimitDocs),
    ].join("\n\n"),
};

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function messageTable(
  messages: Readonly<Record<string, Fields>>,
  docs: Readonly<Record<string, MessageDoc>>,
): string {
  const rows = Object.entries(messages).flatMap(([name, fields]): Row[] => {
    const doc = docs[name];
    if (doc === undefined) throw new Error(`no words for the message ${name}`);
    const { type, ...others } = fields;
    const title = typeof type === "string" ? `**${type}**` : "";
    return [[title, "", "", doc.says], ...fieldRows(others, doc, "")];
  });
  return table(["type", "field", "value", ""], rows);
}

function fieldRows(fields: Fields, doc: MessageDoc, prefix: string): Row[] {
  return Object.entries(fields).flatMap(([name, field]): Row[] => {
    const path = prefix + name;
    const says = doc.fields[path];
    if (says === undefined) throw new Error(`no words for the field ${path}`);
    const optional = typeof field === "object" && "optional" in field ? ", optional" : "";
    const row: Row = ["", `\`${path}\``, describe(field) + optional, says];
    return typeof field === "object" && field.kind === "object"
      ? [row, ...fieldRows(field.fields, doc, `${path}.`)]
      : [row];
  });
}

function describe(field: Field): string {
  if (typeof field === "string") return `\`"${field}"\``;
  switch (field.kind) {
    case "choice":
      return field.values.map((value) => `\`"${value}"\``).join(", ");
    case "string":
      return field.max === undefined ? "string" : `string, at most ${field.max}`;
    case "strings":
      return `list of at most ${field.max} strings`;
    case "integer":
      return `integer, ${field.min} to ${field.max ?? "2^53 − 1"}`;
    case "object":
      return "object";
  }
}

function closeTable(): string {
  const rows = Object.entries(closes).map(([name, { code, reason, retry }]): Row => {
    const when = closeDocs[name as keyof typeof closes];
    return [String(code), reason === "" ? "(none)" : `\`${reason}\``, `\`${retry}\``, when];
  });
  return table(["code", "reason", "retry", "when"], rows);
}

function limitTable<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
  docs: Readonly<Record<Name, string>>,
): string {
  const names = Object.keys(docs) as Name[];
  return table(
    ["limit", "default", ""],
    names.map((name) => [`\`${name}\``, defaults[name].toLocaleString("en-US"), docs[name]]),
  );
}
