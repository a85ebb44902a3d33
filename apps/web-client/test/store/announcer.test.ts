import { describe, expect, it } from "vitest";
import { createAnnouncer } from "../../src/store/announcer.ts";

const createFixture = () => {
  const timers: (() => void)[] = [];
  const announcer = createAnnouncer((_ms, callback) => timers.push(callback));
  return { ...announcer, rest: () => timers.shift()?.(), timers };
};
const several = (count: number): string => `${count} messages`;

describe("createAnnouncer", () => {
  it("says the first thing at once", () => {
    const { text, say } = createFixture();
    say("hello");
    expect(text.value).toBe("hello");
  });

  it("then waits, and says many of a kind as a number", () => {
    const { text, count, rest } = createFixture();
    count("a", several);
    expect(text.value).toBe("a");
    count("b", several);
    count("c", several);
    expect(text.value).toBe("a");
    rest();
    expect(text.value).toBe("2 messages");
  });

  it("says a single one in full, also after a wait", () => {
    const { text, count, rest } = createFixture();
    count("a", several);
    count("b", several);
    rest();
    expect(text.value).toBe("b");
  });

  it("says what is important instead of messages that wait", () => {
    const { text, say, count, rest } = createFixture();
    count("a", several);
    count("b", several);
    say("closed");
    count("c", several);
    rest();
    expect(text.value).toBe("closed");
  });

  it("says the same words again so that they are heard again: a region that stays as it is says nothing", () => {
    const { text, say, rest } = createFixture();
    const heard: string[] = [];
    text.subscribe((words) => heard.push(words));
    for (let i = 0; i < 3; i++) {
      say("Received: hello");
      rest();
    }
    expect(heard.slice(1).map((words) => words.trim())).toEqual(Array(3).fill("Received: hello"));
  });

  it("starts no timer while it has nothing to say", () => {
    const { say, rest, timers } = createFixture();
    say("a");
    rest();
    expect(timers).toEqual([]);
  });
});
