import { Argument, type Command } from "commander";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** Something to print about the program itself. */
export type Reference =
  | { readonly kind: "completion"; readonly shell: Shell; readonly program: Command }
  | { readonly kind: "manual"; readonly program: Command };

const examples = `
Examples:
  $ source <(wsecho completion bash)      in ~/.bashrc
  $ source <(wsecho completion zsh)       in ~/.zshrc, after compinit
  $ wsecho completion fish | source       in ~/.config/fish/config.fish`;

const manualExamples = `
Examples:
  $ wsecho man | man -l -                 an installed package brings it as wsecho(1)
  $ wsecho man > wsecho.1`;

/** Adds `completion` and `man`. */
export function addReferenceCommands(
  program: Command,
  invoke: (reference: Reference) => void,
): void {
  program
    .command("completion")
    .description("print a script that lets a shell complete commands and options")
    .addArgument(new Argument("<shell>", "for which shell").choices(shells))
    .addHelpText("after", examples)
    .action((shell: Shell) => invoke({ kind: "completion", shell, program }));
  program
    .command("man")
    .description("print the manual page")
    .addHelpText("after", manualExamples)
    .action(() => invoke({ kind: "manual", program }));
}
