import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import {
  closeBrowser,
  closePages,
  openPage,
  openSession,
  startServer,
  type Login,
  type Running,
} from "./page.ts";

/** The pages that a test opens. */
export interface Pages {
  /** What the running test wants the browser to complain about. */
  readonly allow: (complaint: RegExp) => void;
}

/**
 * For the top of a test file: one browser for all of it. Each page ends with the test that opened it,
 * and nothing may have been complained about in it but what is allowed, to this test or to all.
 */
export function usePages(allowed: readonly RegExp[] = []): Pages {
  let wanted = [...allowed];
  afterEach(async () => {
    const complaints = await closePages();
    const unwanted = complaints.filter((line) => !wanted.some((pattern) => pattern.test(line)));
    wanted = [...allowed];
    expect(unwanted).toEqual([]);
  });
  afterAll(closeBrowser);
  return { allow: (complaint) => void wanted.push(complaint) };
}

/** The real server with the built page, for all tests of a file, and pages of it. */
export interface Site extends Pages, Pick<Running, "url" | "httpUrl" | "port"> {
  readonly open: (options?: BrowserContextOptions) => Promise<Page>;
  /** Logged in, and ready. */
  readonly openSession: (login?: Login, options?: BrowserContextOptions) => Promise<Page>;
}

export interface SiteOptions {
  /** Of the server. */
  readonly server?: Parameters<typeof startServer>[0];
  /** See `usePages`. */
  readonly allowed?: readonly RegExp[];
}

/** For the top of a test file: see `usePages`; its server has an address once the tests begin. */
export function useSite({ server, allowed }: SiteOptions = {}): Site {
  let running: Running | undefined;
  const started = (): Running => {
    if (running === undefined) throw new Error("the server starts before the tests, not earlier");
    return running;
  };
  beforeAll(async () => {
    running = await startServer(server);
  });
  afterAll(() => running?.server.close());
  return {
    // The last to begin is the first to end: the browser before the server.
    ...usePages(allowed),
    get url() {
      return started().url;
    },
    get httpUrl() {
      return started().httpUrl;
    },
    get port() {
      return started().port;
    },
    open: async (options) => (await openPage(started().httpUrl, options)).page,
    openSession: (login, options) => openSession(started().httpUrl, login, options),
  };
}
