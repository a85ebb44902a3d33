import { Option, type Command } from "commander";

/** What every command takes that logs in: who, and by what. */
export function addLoginOptions(command: Command): Command {
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
      // Known only to say what to use instead.
      .addOption(new Option("--token <secret>").hideHelp())
      .option("--password <secret>", "the password itself; others can read it in the process list")
      .option("--allow-insecure-password", "let the password itself cross an unencrypted network")
  );
}

/** Whom to trust, and one's own certificate. */
export function addTlsOptions(command: Command): Command {
  return command
    .option(
      "-E, --cert <file>",
      "your client certificate, in PEM; logs in where no user, password or token is given",
    )
    .option("--key <file>", "its private key, where --cert does not hold that, too")
    .option(
      "--pass-file <file>",
      "read the key's passphrase from the first line of a file; else a terminal is asked",
    )
    .addOption(
      new Option(
        "--pass <phrase>",
        "the passphrase itself; others can read it in the process list",
      ).conflicts("passFile"),
    )
    .option("--cacert <file>", "trust the servers of these authorities, in PEM, and no others")
    .option("-k, --insecure", "do not check who the server is; for tests only");
}
