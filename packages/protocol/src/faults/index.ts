export * from "./faults.ts";
export { readFaults } from "./read.ts";
export { namesOf, writeFaults } from "./write.ts";
