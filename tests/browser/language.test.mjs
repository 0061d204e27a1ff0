// The switch of languages, wherever one is: on what a form was answered with, too, and never at the cost of what was filled in without a word.

import assert from "node:assert/strict";
import { test } from "node:test";
import { demo } from "./demo.mjs";
import { follow, visiting } from "./development.mjs";
import { call, companionshipFor, offerTo } from "./portal.mjs";

const server = demo();

const visit = (user, test) => visiting(server.browser, server.pages, { user }, test);
const english = (page) => page.getByRole("button", { name: "English" });

/** Holds a page to being the one at a path, in English. */
async function isAt(page, path) {
  assert.equal(new URL(page.url()).pathname, path);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.equal(await page.locator("h1").count(), 1);
}

test("a page that answers a form is left by the switch of languages for the page that the form is on", async () => {
  const need = await companionshipFor(server.pages, "in both languages");
  const name = await offerTo(server.pages, need, "结对陪伴");
  await visit("demo-case-worker", async (page) => {
    await page.goto(`/desk/${need}`);
    // Somebody else is faster.
    await call(server.pages, "demo-partner", "POST", `/v1/${name}:accept`, {});
    const withdrawal = page.locator(`form[action='/desk/${name}/withdraw']`);
    await withdrawal.locator("select[name=reason]").selectOption({ index: 1 });
    await follow(page, withdrawal.getByRole("button"));
    await page.locator(".notice.failure").waitFor();
    assert.equal(new URL(page.url()).pathname, `/desk/${name}/withdraw`);
    await follow(page, english(page));
    await isAt(page, `/desk/${need}`);
  });
  await visit("demo-partner", async (page) => {
    await page.goto(`/portal/${name}`);
    await follow(page, page.getByRole("button", { name: "查看联系方式" }));
    assert.equal(new URL(page.url()).pathname, `/portal/${name}/contact`);
    await follow(page, english(page));
    await isAt(page, `/portal/${name}`);
    assert.equal(await page.locator("[aria-labelledby=contact-title]").count(), 0, "nothing is shown unasked");
  });
});

test("whoever has filled in a form is asked before the switch of languages opens it anew", async () => {
  await visit("demo-case-worker", async (page) => {
    const asked = [];
    let stays = true;
    page.on("dialog", async (dialog) => {
      asked.push(dialog.message());
      await (stays ? dialog.dismiss() : dialog.accept());
    });
    await page.goto("/desk/needs/new");
    await page.locator("#f-description").fill("写了很久的一段话");
    await english(page).click();
    assert.equal(asked.length, 1, "what is typed is not sent yet");
    // What is refused comes back with all of it.
    await follow(page, page.locator(".need-fields button.primary"));
    await page.locator("#problems").waitFor();
    await english(page).click();
    assert.equal(asked.length, 2);
    assert.match(asked[1], /您填的内容会丢失/);
    assert.equal(await page.locator("#f-description").inputValue(), "写了很久的一段话");
    stays = false;
    await follow(page, english(page));
    await isAt(page, "/desk/needs/new");
    // A form that nobody has touched is nothing to ask about.
    await follow(page, page.getByRole("button", { name: "中文" }));
    assert.equal(asked.length, 3);
    assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
  });
});
