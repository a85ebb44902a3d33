export {
  faultBounds,
  faultNames,
  injectedReason,
  isSendableCode,
  type Ending,
  type FaultName,
  type Faults,
} from "./faults.ts";
export { readFaults } from "./read.ts";
export { namesOf, writeFaults } from "./write.ts";
