// The program with its demo and a browser, for all tests of a file: there before the first, gone after the last.

import { after, before } from "node:test";
import { launch } from "./browser.mjs";
import { start } from "./development.mjs";

/** @returns what has `pages` and `browser` once the tests begin */
export function demo() {
  const own = {};
  let server;
  before(async () => {
    [server, own.browser] = await Promise.all([start(), launch()]);
    own.pages = server.pages;
  });
  after(async () => {
    await own.browser?.close();
    await server?.stop();
  });
  return own;
}
