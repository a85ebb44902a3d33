#!/usr/bin/env node
// An older Node fails while it loads the program, in words that help nobody: so nothing is imported
// before this question.
if (Number.parseInt(process.versions.node) < 24) {
  process.stderr.write(
    `wsecho-server needs Node 24 or newer; this one is ${process.versions.node}.\n` +
      "Get a newer one from https://nodejs.org, or by your version manager.\n",
  );
  process.exitCode = 2;
} else {
  const { runProgram } = await import("./program/program.ts");
  await runProgram(process.argv.slice(2), process.env);
}
