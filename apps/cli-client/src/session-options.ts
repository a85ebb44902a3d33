import { InvalidArgumentError, Option, type Command } from "commander";

/** What every command takes that logs in. */
export function addSessionOptions(command: Command): Command {
  return (
    command
      .option("-u, --user <name>", "who to log in as")
      .addOption(
        new Option(
          "--password-file <file>",
          "read the password from the first line of a file, - for the input",
        ).conflicts(["passwordStdin", "password"]),
      )
      .addOption(
        new Option(
          "--password-stdin",
          "read the password from the first line of the input",
        ).conflicts("password"),
      )
      .addOption(
        new Option(
          "--token-file <file>",
          "log in by the token on the first line of a file, - for the input",
        ).conflicts(["passwordFile", "passwordStdin", "password"]),
      )
      .option(
        "-E, --cert <file>",
        "your client certificate, in PEM; logs in where no user, password or token is given",
      )
      .option("--key <file>", "its private key, where --cert does not hold that, too")
      .option("--pass-file <file>", "read the key's passphrase from the first line of a file")
      .option("--cacert <file>", "trust the servers of these authorities, in PEM, and no others")
      .option("-k, --insecure", "do not check who the server is; for tests only")
      // Known only to say what to use instead.
      .addOption(new Option("--token <secret>").hideHelp())
      .option("--password <secret>", "the password itself; others can read it in the process list")
      .addOption(
        new Option("--dialect <name>", "v1, plain (the article's), or auto: v1 before plain")
          .choices(["v1", "plain", "auto"])
          .default("v1"),
      )
      .option(
        "--allow-insecure-password",
        "let the password itself cross an unencrypted network (plain dialect)",
      )
      .option("--reconnect", "come back and log in again when the connection breaks")
      .option("--wait", "keep trying until the server is up")
      .option(
        "--connect-timeout <seconds>",
        "for each step of connecting and of the login",
        seconds,
        10,
      )
      .option("--timeout <seconds>", "how long the next reply may take at the end", seconds, 30)
      .option("-q, --quiet", "say nothing but problems")
  );
}

const maxSeconds = 86_400;

/** @throws InvalidArgumentError */
export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value <= maxSeconds))
    throw new InvalidArgumentError(`It must be a number of seconds above 0, up to ${maxSeconds}.`);
  return value;
}
