// Whom a partner may ask, where the platform says so: by the place that is shown of a wish or a referral.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, results } from "./browser.mjs";
import { follow, start, visiting } from "./development.mjs";
import { call, companionshipFor, offerTo } from "./portal.mjs";
import { seriousViolations } from "./report.mjs";

const folder = mkdtempSync(join(tmpdir(), "wishwell-contacts-"));
let browser, server;

before(async () => {
  const contacts = join(folder, "contacts.toml");
  const contact = (division, zh, en, phone) => `[[contacts]]\n${division}name = { zh = "${zh}", en = "${en}" }\nphone = "${phone}"\n`;
  writeFileSync(contacts, contact('division = "640104"\n', "兴庆区社工站", "Xingqing station", "000 0000 7001") + contact("", "全市热线", "City line", "000-0000-7002"));
  [server, browser] = await Promise.all([start("--contacts-file", contacts), launch()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const [language, said] of Object.entries({
  zh: { district: "找社工：兴庆区社工站，电话 000 0000 7001", anywhere: "找社工：全市热线，电话 000-0000-7002", show: "查看联系方式" },
  en: { district: "The case worker: Xingqing station, telephone 000 0000 7001", anywhere: "The case worker: City line, telephone 000-0000-7002", show: "Show contact data" },
})) {
  test(`a partner is told whom to ask, of the nearest place that names somebody (${language})`, async () => {
    const title = `whom to ask ${language}`;
    const need = await companionshipFor(server.pages, title);
    const name = await offerTo(server.pages, need, "结对陪伴");
    await visiting(browser, server.pages, { user: "demo-partner", language }, async (page) => {
      await page.goto(`/portal/${name}`);
      assert.equal(await page.locator(".whom").count(), 0, "nothing is promised yet");
      await call(server.pages, "demo-partner", "POST", `/v1/${name}:accept`, { quantity: "2" });
      await page.goto(`/portal/${name}`);
      assert.equal((await page.locator(".whom").innerText()).trim(), said.district);
      assert.equal(await page.locator(".whom a").getAttribute("href"), "tel:00000007001");
      // It stays beside what is told of how the family can be reached.
      await follow(page, page.getByRole("button", { name: said.show }));
      assert.equal((await page.locator(".whom").innerText()).trim(), said.district);
      assert.deepEqual(await seriousViolations(page), []);
      await page.screenshot({ path: join(results, `whom-to-ask-${language}.png`), fullPage: true });
      const { logPosition } = await call(server.pages, "demo-partner", "POST", `/v1/${name}:cancel`, { reason: "STEP_REASON_OTHER" });
      await page.goto(`/portal/${name}`);
      assert.equal(await page.locator(".whom").count(), 0, "nothing is promised any more");
      // A wish shows as much of its place as it shares with others, often none.
      const { items } = await call(server.pages, "demo-partner", "GET", `/v1/wishes?pageSize=1000&minPosition=${logPosition}`);
      const wish = items.find((found) => found.title === title);
      assert.ok(wish, "it is in the pool again");
      const expected = wish.division?.startsWith("640104") ? said.district : said.anywhere;
      await page.goto(`/portal/${wish.wish}/claim?item=${wish.itemOrdinal}`);
      assert.ok((await page.locator("main").innerText()).includes(expected));
    });
  });
}
