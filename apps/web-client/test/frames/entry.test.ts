import { describe, expect, it } from "vitest";
import { createFramesEntry } from "../../src/frames/entry.ts";

const createWindow = (hash: string) => {
  const urls: string[] = [];
  const listeners = new Map<string, (event: DragEvent) => void>();
  const entry = createFramesEntry({
    location: { hash, pathname: "/" },
    history: { replaceState: (_data, _unused, url) => urls.push(url) },
    addEventListener: (type, listener) => void listeners.set(type, listener),
  });
  /** What a browser tells of something that is dragged over or dropped; whether it was taken. */
  const drag = (type: string, dataTransfer: unknown, defaultPrevented = false): boolean => {
    let taken = false;
    const preventDefault = (): void => void (taken = true);
    const event = { dataTransfer, defaultPrevented, relatedTarget: null, preventDefault };
    listeners.get(type)?.(event as unknown as DragEvent);
    return taken;
  };
  return { entry, urls, drag };
};

describe("the page's address", () => {
  it("brings a token once, and loses it at once", () => {
    const { entry, urls } = createWindow("#feed=a%2Fb%3D");
    expect(urls).toEqual(["/#feed"]);
    expect(entry.only).toBe(true);
    expect(entry.shown.value).toBe(true);
    expect(entry.takeToken()).toBe("a/b=");
    expect(entry.takeToken()).toBeNull();
  });

  it("says after a reload that there was one", () => {
    const { entry, urls } = createWindow("#feed");
    expect(urls).toEqual([]);
    expect(entry.only).toBe(true);
    expect(entry.takeToken()).toBeNull();
  });

  it.each(["", "#other", "#feedback=1", "#feed=%"])("asks for nothing by %j", (hash) => {
    const { entry } = createWindow(hash);
    expect(entry.takeToken()).toBeNull();
  });
});

describe("something that is dropped on the page", () => {
  it("is taken where it is a file, and opens the view", () => {
    const { entry, drag } = createWindow("");
    const file = new File(["{}"], "a.jsonl");
    expect(drag("dragover", { types: ["Files"], files: [] })).toBe(true);
    expect(entry.shown.value).toBe(false);
    expect(drag("drop", { types: ["Files"], files: [file] })).toBe(true);
    expect(entry.shown.value).toBe(true);
    expect(entry.takeDropped()).toBe(file);
    expect(entry.takeDropped()).toBeNull();
  });

  it("is left to the part of the page that takes it, and said while it is dragged", () => {
    const { entry, drag } = createWindow("");
    const files = { types: ["Files"], files: [new File(["{}"], "a.jsonl")] };
    drag("dragover", files);
    expect(entry.dragging.value).toBe("page");
    expect(drag("dragover", files, true)).toBe(false);
    expect(entry.dragging.value).toBe("part");
    expect(drag("drop", files, true)).toBe(false);
    expect([entry.dragging.value, entry.takeDropped()]).toEqual([null, null]);
    drag("dragover", files);
    drag("dragleave", null);
    expect(entry.dragging.value).toBeNull();
  });

  it("is left to the browser where it is text", () => {
    const { entry, drag } = createWindow("");
    expect(drag("dragover", { types: ["text/plain"], files: [] })).toBe(false);
    expect(drag("drop", { types: ["text/plain"], files: [] })).toBe(false);
    expect(drag("drop", null)).toBe(false);
    expect(entry.shown.value).toBe(false);
  });
});
