import type { Worker } from "node:cluster";
import type { Answers, FromWorker, Question, ToWorker } from "./messages.ts";

/** What is asked of one worker. */
export interface Questions {
  /** `undefined` where no answer came: it ended, or is too busy. */
  ask<About extends Question["about"]>(
    question: Extract<Question, { readonly about: About }>,
  ): Promise<Answers[About] | undefined>;
}

/** Longer than a readiness check of the store may take; ms. */
const patienceMs = 5000;

export function createQuestions(worker: Worker): Questions {
  let lastId = 0;
  const open = new Map<number, (answer: Answers[keyof Answers] | undefined) => void>();
  worker.on("message", (message: FromWorker) => {
    if (message.type === "answer") open.get(message.id)?.(message.answer);
  });
  worker.once("disconnect", () => {
    for (const settle of open.values()) settle(undefined);
  });
  return {
    ask(question) {
      if (!worker.isConnected()) return Promise.resolve(undefined);
      const id = ++lastId;
      return new Promise((resolve) => {
        const timer = setTimeout(() => settle(undefined), patienceMs);
        const settle = (answer: Answers[keyof Answers] | undefined): void => {
          clearTimeout(timer);
          open.delete(id);
          // An answer is about what its question was about.
          resolve(answer as Answers[(typeof question)["about"]] | undefined);
        };
        open.set(id, settle);
        tell(worker, { type: "ask", id, question });
      });
    },
  };
}

export function tell(worker: Worker, message: ToWorker): void {
  // One that is ending says so by its end.
  if (worker.isConnected()) worker.send(message, () => undefined);
}
