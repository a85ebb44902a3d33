#!/usr/bin/env node
import { runProgram } from "./program/program.ts";

await runProgram(process.argv.slice(2), process.env);
