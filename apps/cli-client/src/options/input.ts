import { Option } from "commander";
import { delimiters, inputKinds } from "../input/framing.ts";

/** What the input holds, for each command that sends it. */
export const inputOption = (): Option =>
  new Option("--input <kind>", "what the input holds").choices(inputKinds).default("lines");

export const delimiterOption = (): Option =>
  new Option("--delimiter <end>", "what ends a message of the input; raw: none").choices(
    delimiters,
  );
