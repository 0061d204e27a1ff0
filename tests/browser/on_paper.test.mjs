// A need's story on paper, for the file of whoever still keeps one: what was done and how it stands, without what can be done.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { results } from "./browser.mjs";
import { demo } from "./demo.mjs";
import { visiting } from "./development.mjs";
import { call, companionshipFor, offerTo } from "./portal.mjs";

const server = demo();

/** How many elements of a kind are shown. */
const shown = (page, selector) =>
  page.locator(selector).evaluateAll((all) => all.filter((one) => one.getClientRects().length > 0).length);

for (const [language, said] of Object.entries({
  zh: { day: /^截至 \d{4}-\d{2}-\d{2}，打印人 \S+$/, state: "服务中", steps: ["接受了", "开始服务"] },
  en: { day: /^As of \d{4}-\d{2}-\d{2}, printed by \S+$/, state: "In progress", steps: [" accepted", " began"] },
})) {
  test(`a need's story is printed black on white, without what can be done (${language})`, async () => {
    const need = await companionshipFor(server.pages, `on paper ${language}`);
    const name = await offerTo(server.pages, need, "结对陪伴");
    for (const step of ["accept", "start"]) await call(server.pages, "demo-case-worker", "POST", `/v1/${name}:${step}`, {});
    await visiting(server.browser, server.pages, { user: "demo-case-worker", language, colorScheme: "dark" }, async (page) => {
      await page.goto(`/desk/${need}`);
      assert.equal(await shown(page, ".on-paper"), 0, "the screen has a clock of its own");
      for (const part of ["nav", "form", "button"]) assert.ok((await shown(page, part)) > 0, part);
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      for (const part of ["nav", "form", "button", ".button", "input", "select", "details", ".skip", ".request-id", ".notice"]) {
        assert.equal(await shown(page, part), 0, part);
      }
      assert.match((await page.locator(".on-paper").innerText()).trim(), said.day);
      assert.equal(await shown(page, ".on-paper"), 1);
      assert.ok((await page.locator(".referral .state").innerText()).includes(said.state), "where it stands, in words");
      const story = await page.locator(".timeline").innerText();
      for (const step of said.steps) assert.ok(story.includes(step), `${step} in ${story}`);
      const colours = await page.evaluate(() => {
        const { color, backgroundColor } = getComputedStyle(document.body);
        return [color, backgroundColor, getComputedStyle(document.querySelector(".referral .state")).color];
      });
      assert.deepEqual(colours, ["rgb(0, 0, 0)", "rgb(255, 255, 255)", "rgb(0, 0, 0)"]);
      for (const whole of [".timeline li", ".referral", ".need-item"]) {
        assert.equal(await page.locator(whole).first().evaluate((one) => getComputedStyle(one).breakInside), "avoid", whole);
      }
      const paper = await page.pdf({ path: join(results, `story-${language}.pdf`), format: "A4" });
      assert.ok(paper.length > 10_000);
    });
  });
}
