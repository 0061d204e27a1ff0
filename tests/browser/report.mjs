// How tests look at a round's page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { open } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Opens a page, lets a test look at it, and closes it; whatever the test is about, nothing may be asked for or complained of. */
export async function lookAt(browser, url, options, test) {
  const opened = await open(browser, url, options);
  try {
    await test(opened.page);
    assert.deepEqual(opened.requests, [], "the page asks the network for something");
    assert.deepEqual(opened.complaints, [], "the browser complains");
  } finally {
    await opened.close();
  }
}

/** Chooses a language as a person does. */
export const choose = (page, language) => page.locator(`label[for=show-${language}]`).click();

/** A number as the page writes it. */
export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

/** A table's rows by its caption, as text. */
export const rows = (page, caption) =>
  page.evaluate((caption) => {
    const tables = [...document.querySelectorAll("table")];
    const table = tables.find((table) => table.caption.textContent === caption);
    return [...table.querySelectorAll("tbody tr, tfoot tr")].map((row) => [...row.cells].map((cell) => cell.textContent));
  }, caption);

/** Unfolds every table and asks axe; what it calls serious or critical, each in a line. */
export async function seriousViolations(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  assert.ok(passes.length > 15, `axe looked at ${passes.length} rules`);
  const told = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0].html.slice(0, 160)}`);
  return told.filter((line) => /^(serious|critical)/.test(line));
}

/** In the page: texts on the maps that are shown, and those that meet another text, a circle, a square or the map's edge. */
export function findCovered() {
  const found = { maps: 0, names: 0, covered: [] };
  const meets = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
  const box = (element) => element.getBoundingClientRect();
  // A text's box is as high as its font; the ink of a line is about two thirds of it.
  const ink = (element) => {
    const { left, right, top, bottom } = box(element);
    const slack = (bottom - top) / 6;
    return { left, right, top: top + slack, bottom: bottom - slack };
  };
  for (const map of document.querySelectorAll(".map svg")) {
    const edge = box(map);
    if (edge.width === 0) continue;
    found.maps += 1;
    const texts = [...map.querySelectorAll("text")];
    found.names += map.querySelectorAll("text.name").length;
    const marks = [...map.querySelectorAll(".mark > circle, .mark > rect")];
    texts.forEach((text, nth) => {
      const area = ink(text);
      const others = texts.slice(nth + 1).filter((other) => meets(area, ink(other)));
      others.forEach((other) => found.covered.push(`${text.textContent} and ${other.textContent}`));
      for (const mark of marks) {
        // The corner of a circle's box is no part of it.
        const { left, right, top, bottom } = box(mark);
        const inset = mark.tagName === "circle" ? (right - left) * 0.15 : 0;
        const core = { left: left + inset, right: right - inset, top: top + inset, bottom: bottom - inset };
        if (meets(area, core)) found.covered.push(`${text.textContent} and a mark`);
      }
      const inside = area.left >= edge.left - 0.5 && area.right <= edge.right + 0.5 && area.top >= edge.top - 0.5 && area.bottom <= edge.bottom + 0.5;
      if (!inside) found.covered.push(`${text.textContent} and the edge`);
    });
  }
  return found;
}
