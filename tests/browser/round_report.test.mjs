// The page of a round in a real browser: what it shows, in both languages, at a desk and on a telephone, on paper, to somebody who
// listens to it, and without script. `WISHWELL_TEST_PAGES` is a folder with pages that examples/sample_page.rs wrote.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { desk, launch, phone, results } from "./browser.mjs";
import { choose, findCovered, grouped, lookAt, rows, seriousViolations } from "./report.mjs";

const pages = process.env.WISHWELL_TEST_PAGES;
const url = (name) => pathToFileURL(join(pages, name)).href;
const picture = JSON.parse(readFileSync(join(pages, "round.json"), "utf8"));

const languages = {
  zh: {
    tag: "zh-CN",
    headings: ["摘要", "按紧急程度", "各区划的需求", "帮助从哪里来，到哪里去", "缺口：再加一份能帮到谁", "为什么没有全部满足", "公平性", "这个方案有多好"],
    divisions: "各区划的需求项",
    tiers: "各紧急程度的需求项",
    flows: "分配的来处与去处",
    gaps: "供给缺口",
  },
  en: {
    tag: "en",
    headings: [
      "In short",
      "Served by urgency",
      "Needs by division",
      "Where help comes from and where it goes",
      "Gaps: what one more would do",
      "Why not everything is served",
      "Fairness",
      "How good the plan is",
    ],
    divisions: "Items by division",
    tiers: "Items by urgency",
    flows: "Allocations by place and division",
    gaps: "Supply gaps",
  },
};

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const look = (name, options, test) => lookAt(browser, url(name), options, test);
const visible = (page, selector) => page.locator(selector).filter({ visible: true });

const outcome = ({ served, partly, unserved }) => [served + partly + unserved, served, partly, unserved].map(grouped);

test("each language shows its own headings and hides the other's", async () => {
  await look("round.html", {}, async (page) => {
    for (const [language, { tag, headings }] of Object.entries(languages)) {
      await choose(page, language);
      assert.deepEqual(await visible(page, "h2").allTextContents(), headings);
      assert.equal(await visible(page, "h1").count(), 1);
      assert.equal(await page.locator("html").getAttribute("lang"), tag);
      assert.equal(await page.title(), await page.locator(`article.${language}`).getAttribute("data-title"));
    }
  });
});

test("the keyboard alone switches the language and unfolds a table", async () => {
  await look("round.html", {}, async (page) => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.locator("article.en").isVisible(), true);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "SUMMARY");
    await page.keyboard.press("Enter");
    assert.equal(await visible(page, "table").count(), 2, "the unfolded one and the proof's");
  });
});

test("the address remembers the language", async () => {
  await look("round.html", {}, async (page) => {
    await choose(page, "en");
    await page.reload();
    assert.equal(await page.locator("article.en").isVisible(), true);
  });
});

test("without script both languages can still be read", async () => {
  await look("round.html", { javaScriptEnabled: false }, async (page) => {
    assert.equal(await page.locator("article.zh").isVisible(), true);
    await choose(page, "en");
    assert.equal(await page.locator("article.zh").isVisible(), false);
    assert.equal(await visible(page, "article.en svg[role=img]").count() > 0, true);
  });
});

test("tables have the figures of the data, in both languages", async () => {
  await look("round.html", {}, async (page) => {
    for (const [language, words] of Object.entries(languages)) {
      const name = (text) => text[language];
      const divisions = await rows(page, words.divisions);
      const expected = picture.by_division.map(({ division, outcome: figures }) => {
        const { name: title, code } = picture.divisions[division];
        return [name(title), code, ...outcome(figures)];
      });
      assert.deepEqual(divisions.slice(0, -1).map((row) => row.slice(0, 6)), expected);
      assert.deepEqual(divisions.at(-1).slice(2, 6), outcome(picture.outcome));

      const tiers = await rows(page, words.tiers);
      assert.deepEqual(tiers.map((row) => row.slice(1, 5)), [...picture.tiers.map((tier) => outcome(tier.outcome)), outcome(picture.outcome)]);

      const flows = await rows(page, words.flows);
      assert.equal(flows.at(-1)[2], grouped(picture.allocations));
      const drawn = flows.slice(0, -1).reduce((sum, row) => sum + Number(row[2].replaceAll(",", "")), 0);
      assert.equal(drawn, picture.allocations);

      const gaps = await rows(page, words.gaps);
      assert.deepEqual(
        gaps.map((row) => [row[0], row[3], row[4]]),
        picture.gaps.map((gap) => [name(gap.category), grouped(gap.units), name(gap.unit)]),
      );
    }
  });
});

test("bars are as long as their figures", async () => {
  await look("round.html", {}, async (page) => {
    const drawn = await page.evaluate(() => {
      const lists = [...document.querySelectorAll("article.zh section")];
      const bars = lists.find((section) => section.querySelector("#tiers-zh")).querySelectorAll(".bars svg");
      const width = (bar, kind) => (bar.querySelector(`rect.${kind}`)?.getBoundingClientRect().width ?? 0) / bar.getBoundingClientRect().width;
      return [...bars].map((bar) => ["served", "partly", "unserved"].map((kind) => width(bar, kind)));
    });
    picture.tiers.forEach(({ outcome: { served, partly, unserved } }, nth) => {
      const all = served + partly + unserved;
      [served, partly, unserved].forEach((part, kind) => {
        assert.ok(Math.abs(drawn[nth][kind] - part / all) < 0.002, `tier ${nth + 1}: ${drawn[nth]}`);
      });
    });
  });
});

for (const [screen, viewport] of Object.entries({ desk, phone })) {
  for (const [language] of Object.entries(languages)) {
    test(`at a ${screen}, in ${language}, nothing scrolls sideways and no name covers another or a circle`, async () => {
      await look("round.html", { viewport }, async (page) => {
        await choose(page, language);
        const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(content <= window, `${content} pixels on ${window}`);
        const { maps, names, covered } = await page.evaluate(findCovered);
        assert.ok(maps >= 4, `${maps} maps are shown`);
        assert.ok(names >= 40, `${names} names are shown`);
        assert.deepEqual(covered, []);
      });
    });
  }
}

for (const [screen, viewport, colorScheme] of [["desk", desk, "light"], ["phone", phone, "dark"]]) {
  test(`axe finds nothing serious, ${colorScheme}, at a ${screen}`, async () => {
    await look("round.html", { viewport, colorScheme }, async (page) => {
      for (const language of Object.keys(languages)) {
        await choose(page, language);
        assert.deepEqual(await seriousViolations(page), []);
      }
    });
  });
}

test("on paper there is no switch, and every table is unfolded", async () => {
  await look("round.html", {}, async (page) => {
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print" });
    assert.equal(await visible(page, "label.switch").count(), 0);
    assert.equal(await visible(page, "article.zh details:not([open])").count(), 0);
    const paper = await page.pdf({ path: join(results, "round-report.pdf"), format: "A4", printBackground: true });
    assert.ok(paper.length > 50_000);
  });
});

test("names that look like markup are shown as names", async () => {
  await look("hostile.html", {}, async (page) => {
    assert.equal(await page.locator("img").count(), 0);
    assert.notEqual(await page.title(), "hostile");
    assert.equal(await page.locator("script").count(), 1);
    const name = (await rows(page, languages.zh.divisions))[0][0];
    assert.match(name, /^"><script>/);
  });
});

test("a round of one item is a whole page too", async () => {
  await look("one.html", { viewport: phone }, async (page) => {
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), true);
    assert.deepEqual((await page.evaluate(findCovered)).covered, []);
  });
});

test("pictures of the page are kept", async () => {
  for (const language of Object.keys(languages)) {
    for (const [screen, viewport] of Object.entries({ desk, phone })) {
      await look("round.html", { viewport }, async (page) => {
        await choose(page, language);
        await page.mouse.move(0, 0);
        const picture = await page.screenshot({ path: join(results, `round-report-${language}-${screen}.png`), fullPage: true });
        assert.ok(picture.length > 100_000);
      });
    }
  }
});
