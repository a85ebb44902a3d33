import { describe, expect, it } from "vitest";
import type { Target } from "../../src/session/target.ts";
import { createConnections, room } from "../../src/store/connections.ts";
import { createHistory } from "../../src/store/history.ts";
import { createSnippets, snippetRoom, type Snippet } from "../../src/store/snippets.ts";
import type { Draft } from "../../src/store/types.ts";
import { createDrawer } from "../support/drawer.ts";

const target = (url: string): Target => ({
  ...{ url, dialect: "raw", protocols: ["chat", "wsecho.bearer.s3cret"] },
  ...{ method: "password", username: "" },
});

describe("saved connections", () => {
  it("hold no secret, come back on the next visit, and are bounded", () => {
    const drawer = createDrawer();
    const connections = createConnections(drawer);
    connections.save(target("ws://a:s3cret@h/?token=s3cret"));
    expect(drawer.text()).not.toContain("s3cret");
    expect(createConnections(drawer).list.value).toMatchObject([
      { url: "ws://h/", dialect: "raw" },
    ]);
    for (let i = 0; i < room + 5; i++) connections.save(target(`ws://h/${i}`));
    connections.save(target(`ws://h/${room}`));
    expect(connections.list.value).toHaveLength(room);
    expect(connections.list.value[0]?.url).toBe(`ws://h/${room}`);
    const [first] = connections.list.value;
    if (first !== undefined) connections.remove(first);
    expect(connections.list.value).toHaveLength(room - 1);
    connections.removeAll();
    expect(drawer.text()).toBe("null");
  });

  it("make nothing of what somebody else wrote there", () => {
    for (const kept of [1, [null], [{ url: 1 }], [{ ...target("ws://h/"), dialect: "x" }]])
      expect(createConnections(createDrawer(kept)).list.value).toEqual([]);
  });
});

describe("snippets", () => {
  it("keep their order, are replaced by name, and are bounded", () => {
    const snippets = createSnippets(createDrawer());
    const snippet = (name: string, text = name) =>
      ({ name, folder: "f", mode: "text", text }) as const;
    for (const name of ["a", "b", "c"]) snippets.save(snippet(name));
    const names = (): string => snippets.list.value.map(({ name }) => name).join("");
    const last = snippets.list.value[2];
    if (last !== undefined) snippets.move(last, -1);
    expect(names()).toBe("acb");
    snippets.save(snippet("a", "other"));
    expect(snippets.list.value[0]).toMatchObject({ text: "other" });
    expect(snippets.save(snippet("d", "x".repeat(snippetRoom.length)))).toBe(false);
    expect(names()).toBe("acb");
  });

  it("move up and down among those of their folder, and into another that has no such name", () => {
    const snippets = createSnippets(createDrawer());
    const keep = (folder: string, name: string): boolean =>
      snippets.save({ name, folder, mode: "text", text: name });
    for (const [folder, name] of ["fa", "gb", "fc", "ga"]) keep(folder ?? "", name ?? "");
    const all = (): string =>
      snippets.list.value.map(({ folder, name }) => folder + name).join(" ");
    const find = (which: string): Snippet => {
      const found = snippets.list.value.find(({ folder, name }) => folder + name === which);
      if (found === undefined) throw new Error(`no ${which}`);
      return found;
    };
    snippets.move(find("fa"), 1);
    expect(all()).toBe("fc gb fa ga");
    // The last and the first of a folder stay.
    snippets.move(find("fa"), 1);
    snippets.move(find("gb"), -1);
    expect(all()).toBe("fc gb fa ga");
    expect(snippets.file(find("fa"), "g")).toBeNull();
    expect(snippets.file(find("fc"), "g")).toBe(find("gc"));
    expect(all()).toBe("gb fa ga gc");
  });
});

describe("what was sent before", () => {
  it("comes back step by step, and the present waits at the end", () => {
    const history = createHistory();
    const text = (words: string): Draft => ({ mode: "text", text: words });
    for (const words of ["a", "b", "b", ""]) history.add(text(words));
    expect(history.back(text("now"))).toEqual(text("b"));
    expect(history.back(text("b"))).toEqual(text("a"));
    expect(history.back(text("a"))).toBeNull();
    expect(history.forward()).toEqual(text("b"));
    expect(history.forward()).toEqual(text("now"));
    expect(history.forward()).toBeNull();
  });
});
