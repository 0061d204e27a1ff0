// The desk, by the real program and the demo: what case workers and operators do in a day.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { desk, launch, phone, results } from "./browser.mjs";
import { follow, start, visitor } from "./development.mjs";
import { call, comeTrue, wishFor } from "./portal.mjs";
import { seriousViolations } from "./report.mjs";

let browser;
let development;

before(async () => {
  development = await start();
  browser = await launch();
  for (const division of ["640104101", "640104004"]) await comeTrue(development.pages, `灯 ${division}`, { division });
});

after(async () => {
  await browser?.close();
  await development?.stop();
});

/** Lets a test look at pages as somebody, and holds the browser to having nothing to complain of. */
async function as(user, options, look) {
  const opened = await visitor(browser, development.pages, { user, viewport: desk, ...options });
  try {
    await look(opened.page);
    assert.deepEqual(opened.complaints, [], "the browser complains");
  } finally {
    await opened.close();
  }
}

const at = (path) => `${development.pages}${path}`;

/** Fills in what every need has, but for what is needed. */
async function fill(page, division) {
  await page.locator("#f-items-0-quantity").fill("1");
  await page.locator("#urgency-urgent").check();
  await page.locator("#f-division").selectOption(division);
  await page.locator("#tick-delivery-yes").check();
  await page.locator("#tick-home_visit-yes").check();
  await page.locator("#f-mobility-max_travel_metres").fill("5");
  await page.locator("#f-channel").selectOption("home_visit");
}

/** Waits until what was typed last has been looked for: the form waits for a pause before it asks. */
async function settled(page) {
  await page.waitForTimeout(600);
  await page.locator("#found:not(.htmx-request)").waitFor();
}

const words = {
  zh: { kind: "书桌", submitted: "需求已登记", referred: "已转介", offered: "转介给", waiting: "待答复", awaited: /都已转介，1 .+等待答复/, withdrawn: "已收回", close: "关闭", closed: "需求已关闭", erased: "个人信息已抹除", erasure: "抹除了个人信息" },
  en: { kind: "Desk", submitted: "The need is submitted", referred: "Referred", offered: "Offered to", waiting: "Waiting for an answer", awaited: /All of it is referred; waiting for an answer: 1 /, withdrawn: "Taken back", close: "Close", closed: "The need is closed", erased: "Personal data was erased", erasure: "Personal data was erased" },
};

for (const [language, said] of Object.entries(words)) {
  test(`a case worker submits a need while candidates appear, refers it and reads its story (${language})`, async () => {
    await as("demo-case-worker", { language }, async (page) => {
      await page.goto(at("/desk/needs/new"));
      const kind = page.locator("#f-items-0-category");
      // Typed as a person types; the category's words are those of the demo.
      const titles = await page.locator("#category-list option").evaluateAll((options) => options.map((option) => option.value));
      const title = titles.find((title) => title.toLowerCase().includes(said.kind.toLowerCase()));
      assert.ok(title, `${said.kind} is among ${titles.length} kinds`);
      await kind.pressSequentially(title, { delay: 5 });
      await page.locator("#found .candidate").first().waitFor();
      await fill(page, "640104101");
      await page.locator("#found .candidate .terms li").first().waitFor();
      await settled(page);
      await page.screenshot({ path: join(results, `desk-new-${language}.png`), fullPage: true });
      await page.locator(".need-fields button.primary").click();
      await page.locator(".notice.done").filter({ hasText: said.submitted }).waitFor();
      await page.locator(".need-item button.primary").first().click();
      await page.locator(".notice.done").filter({ hasText: said.referred }).waitFor();
      await page.locator(".timeline li").filter({ hasText: said.offered }).waitFor();
      assert.equal(await page.locator(".referral .state").first().textContent(), said.waiting);
      // Nobody has promised it yet.
      assert.match(await page.locator(".need-item").first().textContent(), said.awaited);
      await page.screenshot({ path: join(results, `desk-story-${language}.png`), fullPage: true });
      assert.deepEqual(await seriousViolations(page), []);

      // Nothing more comes of it. (What looked for violations has unfolded everything.)
      await page.locator("#ending-reason").fill("moved away");
      await page.locator(".ending button").filter({ hasText: said.close }).click();
      await page.locator(".notice.done").filter({ hasText: said.closed }).waitFor();
      await page.locator("span.state.need_state_closed").waitFor();
      assert.equal(await page.locator(".ending").count(), 0, "it has ended");
      assert.deepEqual(await page.locator(".referral .state").allTextContents(), [said.withdrawn]);
      const need = `needs/${new URL(page.url()).pathname.split("/").at(-1)}`;
      await page.goto(at(`/desk/${need}?personal=yes`));
      await page.locator(".description").filter({ hasText: "moved away" }).waitFor();

      // It names nobody, so it can be erased by itself; its page says that it was.
      await call(development.pages, "demo-operator", "POST", `/v1/${need}:erase`, {});
      await page.goto(at(`/desk/${need}?personal=yes`));
      await page.locator(".note").filter({ hasText: said.erased }).waitFor();
      assert.equal(await page.locator("main").getByText("moved away").count(), 0);
      await page.locator(".timeline li").filter({ hasText: said.erasure }).waitFor();
      await page.screenshot({ path: join(results, `desk-erased-${language}.png`), fullPage: true });
    });
  });
}

test("everything that does not fit is said at once, next to its field, and nothing typed is lost", async () => {
  // Without a line of script.
  await as("demo-case-worker", { javaScriptEnabled: false }, async (page) => {
    await page.goto(at("/desk/needs/new"));
    await page.locator("#f-items-0-quantity").fill("many");
    await page.locator("#f-description").fill("写了很久的一段话");
    await page.locator("#whose-household").check();
    await follow(page, page.locator(".need-fields button[value=submit]"));
    const said = await page.locator("#problems li").allTextContents();
    assert.ok(said.length >= 6, said.join("\n"));
    const beside = await page.locator(".need-fields .problem").evaluateAll((places) => places.map((place) => place.querySelectorAll("span").length));
    assert.ok(beside.every((count) => count === 1), `each field is told once: ${said.join(" / ")}`);
    for (const field of ["f-items-0-category", "f-items-0-quantity", "f-channel"]) {
      assert.equal(await page.locator(`#${field}-problem`).count(), 1, field);
    }
    assert.equal(await page.locator("#f-items-0-quantity").inputValue(), "many");
    assert.equal(await page.locator("#f-description").inputValue(), "写了很久的一段话");
    assert.equal(await page.locator("#whose-household").isChecked(), true);
    // Another thing is added, and what is there stays.
    await follow(page, page.locator("button[value=add]"));
    assert.equal(await page.locator(".item").count(), 2);
    assert.equal(await page.locator("#f-items-0-quantity").inputValue(), "many");
    assert.deepEqual(await page.locator("#problems").count(), 0);
  });
});

test("a kind of help that there is not is told once, with those that are called like it", async () => {
  await as("demo-case-worker", {}, async (page) => {
    await page.goto(at("/desk/needs/new"));
    await page.locator("#f-items-0-category").fill("课业辅导");
    await page.locator("#f-items-0-quantity-unit").selectOption("hour");
    await fill(page, "640104101");
    await follow(page, page.locator(".need-fields button.primary"));
    const said = await page.locator("#problems li").allTextContents();
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0], /没有叫“课业辅导”的服务类别；相近的有：.*学业辅导/);
    assert.equal(await page.locator(".need-fields .problem").count(), 1);
    await page.goto(at(`/desk/needs?category=${encodeURIComponent("课业辅导")}`));
    assert.match(await page.locator(".notice").textContent(), /没有这样的服务类别：课业辅导.*相近的有：.*学业辅导/);
  });
});

for (const [language, said] of Object.entries({
  zh: { change: "修改这个需求", save: "保存修改", changed: /需求已修改/, unchanged: /没有改动/, conflict: /刚才有别人做了改动.*别人改了：服务时会接触未成年人/, kind: "书桌", grant: "助学金", yuan: "以元计", emergency: "特急", many: /3 件/ },
  en: { change: "Change this need", save: "Save the changes", changed: /The need is changed/, unchanged: /Nothing was changed/, conflict: /Somebody else changed it.*They changed: minors will be met/, kind: "Study desk", grant: "School grant", yuan: "in yuan", emergency: "Emergency", many: /3 pieces/ },
})) {
  test(`a need that was submitted is changed, and nothing of it that was not (${language})`, async () => {
    await as("demo-case-worker", { language }, async (page) => {
      await page.goto(at("/desk/needs/new"));
      await page.locator("#f-items-0-category").fill(said.kind);
      await fill(page, "640104101");
      await page.locator("#f-description").fill("第一行\n第二行");
      await follow(page, page.locator(".need-fields button.primary"));
      const need = `needs/${new URL(page.url()).pathname.split("/").at(-1)}`;
      const read = async () => (await call(development.pages, "demo-hotline", "GET", `/v1/${need}?includePersonal=true`)).need;
      const before = await read();
      await follow(page, page.getByRole("link", { name: said.change }));
      assert.equal(await page.locator("#f-items-0-quantity").inputValue(), "1");
      await page.locator("#found .candidate").first().waitFor();
      await page.screenshot({ path: join(results, `desk-edit-${language}.png`), fullPage: true });
      assert.deepEqual(await seriousViolations(page), []);
      // Another kind is counted in its own unit: nobody chose the one that the need has.
      await page.locator("#f-items-0-category").fill(said.grant);
      await page.locator("#counted-0").filter({ hasText: said.yuan }).waitFor();
      await page.locator("#f-items-0-category").fill(said.kind);
      await page.locator("#f-items-0-quantity").fill("0");
      await page.locator("#urgency-emergency").check();
      await follow(page, page.getByRole("button", { name: said.save }));
      assert.equal(await page.locator("#f-items-0-quantity-problem").count(), 1, "what does not fit is said");
      await page.locator("#f-items-0-quantity").fill("3");
      await page.locator("#tick-wish-yes").check();
      await page.locator("#f-wish-title").fill("三张书桌");
      await page.locator("#f-wish-consent_given_by").fill("herself");
      await page.locator("#f-wish-consent_time").fill("2026-11-01");
      // Somebody else is faster: what was typed stays, and so does what they changed, which stands there now.
      await call(development.pages, "demo-hotline", "PATCH", `/v1/${need}`, { need: { involvesMinors: true }, updateMask: "involvesMinors" });
      await follow(page, page.getByRole("button", { name: said.save }));
      assert.match(await page.locator(".notice.failure").textContent(), said.conflict);
      assert.equal(await page.locator("#f-items-0-quantity").inputValue(), "3");
      assert.equal(await page.locator("#tick-involves_minors-yes").isChecked(), true);
      await page.screenshot({ path: join(results, `desk-edit-conflict-${language}.png`), fullPage: true });
      await follow(page, page.getByRole("button", { name: said.save }));
      assert.match(await page.locator(".notice.done").textContent(), said.changed);
      assert.match(await page.locator(".need-item h3").textContent(), said.many);
      assert.ok((await page.locator(".about").textContent()).includes(said.emergency));
      const after = await read();
      assert.deepEqual([after.wish.title, after.involvesMinors], ["三张书桌", true]);
      for (const field of ["description", "mobility", "division", "channel", "facts"]) assert.deepEqual(after[field], before[field], field);
      await follow(page, page.getByRole("link", { name: said.change }));
      await follow(page, page.getByRole("button", { name: said.save }));
      assert.match(await page.locator(".notice.done").textContent(), said.unchanged);
      // What the form does not show may move meanwhile, as offers do.
      await follow(page, page.getByRole("link", { name: said.change }));
      await call(development.pages, "demo-hotline", "PATCH", `/v1/${need}`, { need: { external: { source: "test", externalId: `moved-${language}` } }, updateMask: "external" });
      await page.locator("#f-description").fill("第三行");
      await follow(page, page.getByRole("button", { name: said.save }));
      assert.match(await page.locator(".notice.done").textContent(), said.changed);
      assert.equal((await read()).description, "第三行");
    });
  });
}

test("while a need is changed nobody is ranked for whoever has taken the consent to be matched back", async () => {
  const consents = (more) => [{ purpose: "CONSENT_PURPOSE_MATCHING", giveTime: "2026-01-01T00:00:00Z", givenBy: "herself", ...more }];
  const { beneficiary } = await call(development.pages, "demo-hotline", "POST", "/v1/beneficiaries", { beneficiary: { residenceDivision: "640104101", consents: consents() } });
  const items = [{ category: "education.desk", quantity: { value: "1", unit: "piece" } }];
  const need = await wishFor(development.pages, "", { items, beneficiary: beneficiary.name, householdExternal: undefined, wish: undefined });
  await as("demo-case-worker", {}, async (page) => {
    const edit = at(`/desk/${need}/edit`);
    await page.goto(edit);
    await page.locator("#found .candidate").first().waitFor();
    await call(development.pages, "demo-hotline", "PATCH", `/v1/${beneficiary.name}`, { beneficiary: { consents: consents({ withdrawTime: "2026-01-02T00:00:00Z" }) }, updateMask: "consents" });
    // While it is typed, and on the page itself.
    await page.locator("#f-items-0-quantity").fill("2");
    await page.locator("#found").filter({ hasText: "缺少本人同意的记录，或同意已撤回" }).waitFor();
    assert.equal(await page.locator("#found .candidate").count(), 0);
    await page.goto(edit);
    assert.match(await page.locator("#found").textContent(), /缺少本人同意的记录，或同意已撤回/);
    assert.equal(await page.locator("#found .candidate").count(), 0);
    assert.deepEqual(await seriousViolations(page), []);
  });
});

test("needs that are likely the same are told by what they are, where and since when", async () => {
  await as("demo-case-worker", {}, async (page) => {
    for (const [nth, kind] of ["护眼台灯", "护眼台灯"].entries()) {
      await page.goto(at("/desk/needs/new"));
      assert.equal(await page.locator(".top nav a[aria-current]").textContent(), "需求", "one is among the needs");
      await page.locator("#f-items-0-category").fill(kind);
      await fill(page, "640104101");
      await page.locator("#whose-household").check();
      await page.locator("#f-source").fill("demo");
      await page.locator("#f-external_id").fill("household-grandchildren");
      await follow(page, page.locator(".need-fields button.primary"));
      await page.locator(".notice.done").waitFor();
      if (nth === 0) continue;
      const likely = page.locator(".notice li").first();
      assert.match(await likely.textContent(), /护眼台灯.*大新镇.*入户走访.*\d{4}-\d\d-\d\d \d\d:\d\d/);
      await follow(page, likely.locator("a"));
      assert.match(await page.locator("h1").textContent(), /护眼台灯/);
    }
  });
});

test("a form that is sent twice is one need", async () => {
  await as("demo-case-worker", {}, async (page) => {
    await page.goto(at("/desk/needs/new"));
    await page.locator("#f-items-0-category").fill("书桌");
    await fill(page, "640104101");
    const body = new URLSearchParams(await page.locator(".need-form").evaluate((form) => [...new FormData(form)]));
    body.append("do", "submit");
    const send = async () => {
      const headers = { "content-type": "application/x-www-form-urlencoded", origin: development.pages };
      const answer = await page.request.post(at("/desk/needs/new"), { headers, data: body.toString(), maxRedirects: 0 });
      assert.equal(answer.status(), 303, await answer.text());
      return answer.headers().location.split("?")[0];
    };
    assert.equal(await send(), await send());
  });
});

/** How many rows a list has, page after page. */
async function countRows(page, address) {
  let rows = 0;
  for (let next = address; next; ) {
    await page.goto(at(next));
    rows += await page.locator("table.list tbody tr").count();
    next = await page.locator(".more a").first().getAttribute("href", { timeout: 1 }).catch(() => null);
  }
  return rows;
}

for (const [user, scope] of [["demo-operator", ""], ["demo-case-worker", ""], ["demo-operator", "?category=education"], ["demo-case-worker", "?division=640104&category=education.study-lamp"]]) {
  test(`each figure of supervision is as many as its list shows (${user} ${scope})`, async () => {
    await as(user, {}, async (page) => {
      await page.goto(at(`/desk/supervision${scope}`));
      // A circle that stands for a crowd of places leads to the map that takes it apart, and to no list.
      const figures = await page.locator('a.tally[href^="/"], a[href^="/"]:has(.tally, .count)').evaluateAll((links) =>
        links.map((link) => [link.getAttribute("href"), Number((link.querySelector(".tally, .count") ?? link).textContent)]),
      );
      assert.ok(figures.length > 12, `${figures.length} figures`);
      assert.ok(figures.some(([address, count]) => count > 0 && address.includes("state=open")) || scope.includes("lamp"));
      assert.ok(figures.some(([address, count]) => count > 0 && address.includes("state=served")));
      const counts = new Map();
      for (const [address, count] of figures) {
        // The map and the table say the same.
        if (!counts.has(address)) counts.set(address, await countRows(page, address));
        assert.equal(counts.get(address), count, address);
      }
    });
  });
}

for (const [language, { kind, street }] of Object.entries({ zh: { kind: "教育助学", street: "大新镇" }, en: { kind: "Education", street: "Daxin" } })) {
  test(`a kind of help is chosen and what is served of it is on the map and in the table (${language})`, async () => {
    await as("demo-operator", { language }, async (page) => {
      await page.goto(at("/desk/supervision"));
      const colours = await page.locator(".split svg").first().evaluate((drawn) =>
        [".ground", ".served", ".unserved"].map((part) => getComputedStyle(drawn.ownerDocument.querySelector(`.split ${part}`)).fill),
      );
      assert.equal(new Set([...colours, "rgb(0, 0, 0)"]).size, 4, `ground, served and open can be told apart: ${colours}`);
      const table = page.locator("#places-table");
      const everything = await table.locator("tbody tr").count();
      await page.locator("nav.kinds").getByRole("link", { name: kind }).click();
      await page.waitForURL("**category=education");
      assert.ok((await table.locator("tbody tr").count()) < everything);
      const figures = async (within) => within.locator("a.tally").evaluateAll((links) => links.map((link) => link.textContent).join(" "));
      const onMap = page.locator(".split.detail text.name", { hasText: street }).first();
      assert.equal(await figures(onMap), await figures(table.locator("tr", { hasText: street }).first()), "map and table agree");
      assert.match(await figures(onMap), /^\d+ [1-9]\d*$/, "something is served there");
      // The keyboard reaches each figure, and can go past them all.
      await page.locator(".past").focus();
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.closest(".split") !== null), true, "the next stop is on the map");
      await page.locator(".past").focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.closest("#places-table") !== null), true, "past the map");
      await onMap.locator("a.tally").nth(1).focus();
      await page.keyboard.press("Enter");
      await page.waitForURL("**state=served**");
      assert.match(page.url(), /category=education/);
      assert.ok((await page.locator("table.list tbody tr").count()) > 0);
    });
  });
}

test("what runs out leads to whoever has it, and to what draws on it", async () => {
  await as("demo-operator", {}, async (page) => {
    await page.goto(at("/desk/supervision"));
    const tile = page.locator("a[href='/desk/supervision/capacity']");
    const count = Number(await tile.locator("strong").textContent());
    await tile.click();
    await page.waitForURL("**/capacity");
    assert.equal(await page.locator("table.list tbody tr").count(), count);
    const owner = page.locator("table.list tbody tr td a").first();
    const name = await owner.textContent();
    await owner.click();
    await page.waitForURL("**organization=**");
    assert.ok((await page.locator("main").textContent()).includes(name));
    const others = (await page.locator("table.referrals tbody tr").allTextContents()).filter((row) => !row.includes(name));
    assert.deepEqual(others, []);
  });
});

test("an operator tries a round, sees it end by itself, reads its report, and makes the offers", async () => {
  await as("demo-operator", {}, async (page) => {
    await page.goto(at("/desk/rounds"));
    await page.locator("form.filters button.primary").click();
    await page.locator("#round .button.quiet").waitFor();
    await page.locator("#round button.primary").waitFor();
    await page.screenshot({ path: join(results, "desk-round-zh.png"), fullPage: true });
    assert.deepEqual(await seriousViolations(page), []);
    const dry = page.url();
    await follow(page, page.locator("#round .button.quiet"));
    assert.equal(await page.locator("article.zh .verdict.good").count(), 1);
    await page.goto(dry);
    await page.locator("#round button.primary").click();
    await page.waitForURL((url) => url.href !== dry);
    await page.locator("#round .state").filter({ hasText: "已全部转介" }).waitFor();
    assert.ok(Number(await page.locator("#round .tile strong").nth(1).textContent()) > 0, "offers were made");
    await page.goto(at("/desk/rounds"));
    assert.equal(await page.locator("table.rounds tbody tr").count(), 2);
    // What it counts is more than what a round's own page calls served.
    assert.match(await page.locator("table.rounds thead").textContent(), /范围.*方案可满足（含部分）/);
    await page.goto(at("/desk/rounds?lang=en"));
    assert.match(await page.locator("table.rounds thead").textContent(), /wholly or in part/i);
  });
});

test("whoever may not is told so in plain words", async () => {
  const { page, close } = await visitor(browser, development.pages, { user: "demo-partner" });
  const answer = await page.request.get(at("/desk/needs"));
  assert.equal(answer.status(), 403);
  assert.match(await answer.text(), /您没有这项权限/);
  await close();
});

const pages = {
  "demo-case-worker": { today: "/desk", needs: "/desk/needs?state=open", form: "/desk/needs/new", referrals: "/desk/referrals", supervision: "/desk/supervision", "supervision-education": "/desk/supervision?category=education" },
  "demo-operator": { rounds: "/desk/rounds", capacity: "/desk/supervision/capacity" },
};

for (const [screen, viewport] of Object.entries({ desk, phone })) {
  for (const language of ["zh", "en"]) {
    test(`at a ${screen} no page is cut off or serious to axe, and its picture is kept (${language})`, async () => {
      for (const [user, ones] of Object.entries(pages)) {
        await as(user, { viewport, language }, async (page) => {
          for (const [name, path] of Object.entries(ones)) {
            await page.goto(at(path));
            assert.equal(await page.locator("html").getAttribute("lang"), language === "zh" ? "zh-CN" : "en");
            const fits = await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
            assert.equal(fits, true, `${path} is wider than the ${screen}`);
            const beyond = await page.locator(".scroller a.tally").evaluateAll((links) => links.filter((link) => link.getBoundingClientRect().right > window.innerWidth).length);
            assert.match(await page.locator("footer").textContent(), /北京时间|Beijing time/);
            assert.equal(beyond, 0, `figures of ${path} lie outside the ${screen}`);
            await page.screenshot({ path: join(results, `desk-${name}-${language}-${screen}.png`), fullPage: true });
            assert.deepEqual(await seriousViolations(page), [], path);
          }
        });
      }
    });
  }
}
