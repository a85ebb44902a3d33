/**
 * A JSON text, indented. What it says stays as it was written: numbers that no program can hold, names
 * that come twice, and their order.
 *
 * @throws SyntaxError where it is none
 */
export function indentJson(text: string): string {
  JSON.parse(text);
  let depth = 0;
  const line = (): string => `\n${"  ".repeat(depth)}`;
  return text.replace(
    /"[^"\\]*(?:\\.[^"\\]*)*"|\{\s*\}|\[\s*\]|[{}[\],:]|\s+/g,
    (token: string): string => {
      switch (token) {
        case "{":
        case "[":
          depth += 1;
          return token + line();
        case "}":
        case "]":
          depth -= 1;
          return line() + token;
        case ",":
          return token + line();
        case ":":
          return ": ";
        default:
          return token.startsWith('"') ? token : token.trim().replace(/\s+/, "");
      }
    },
  );
}
