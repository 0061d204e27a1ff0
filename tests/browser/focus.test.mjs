// Where the focus is when a page comes: on what was done, on why it was not, on what does not fit. All of it without a line of script.

import assert from "node:assert/strict";
import { test } from "node:test";
import { demo } from "./demo.mjs";
import { follow, visiting } from "./development.mjs";
import { call, companionshipFor, offerTo } from "./portal.mjs";
import { seriousViolations } from "./report.mjs";

const server = demo();

const visit = (user, test) => visiting(server.browser, server.pages, { user, javaScriptEnabled: false }, test);

/** Waits until what is looked for has the focus. */
const focused = (page, selector) => page.locator(`${selector}:focus`).waitFor({ state: "attached", timeout: 10_000 });

/** An offer to the partner, of a need of its own. */
async function offered(title) {
  const need = await companionshipFor(server.pages, title, { wish: undefined });
  return { need, name: await offerTo(server.pages, need, "结对陪伴") };
}

test("after each step of a partner the focus is on what was said of it", async () => {
  const { name } = await offered("for the focus");
  await visit("demo-partner", async (page) => {
    await page.goto(`/portal/${name}`);
    assert.equal(await page.locator("main :focus").count(), 0, "nothing was done");
    // Somebody else is faster, so the page that is open is stale.
    const stale = await page.context().newPage();
    await stale.goto(`/portal/${name}`);
    await follow(page, page.getByRole("button", { name: "接受" }));
    await focused(page, ".notice.done");
    await follow(stale, stale.getByRole("button", { name: "接受" }));
    await focused(stale, ".notice.failure");
    await stale.close();

    await page.goto("/portal/resources");
    const pool = page.locator(".card", { hasText: "在管个案名额" }).first();
    await follow(page, pool.getByRole("button", { name: "确认仍然有效" }));
    await focused(page, ".card .notice.done");
    assert.match(await page.locator(".card", { has: page.locator(".notice") }).textContent(), /在管个案名额/, "next to what was changed");
    await pool.locator("input[type=number]").fill("0");
    await follow(page, pool.getByRole("button", { name: "设为" }));
    await focused(page, ".card .notice.failure");

    await page.goto("/portal/notifications");
    await page.getByLabel("每天最多几条").fill("3");
    await follow(page, page.getByRole("button", { name: "订阅", exact: true }));
    await focused(page, ".notice.done");
    await page.locator("summary", { hasText: "Webhook" }).first().click();
    await page.getByLabel("Webhook 地址", { exact: true }).fill("http://tools.example.org/");
    await follow(page, page.getByRole("button", { name: "启用" }));
    await focused(page, ".notice.failure");
    await page.locator(".notice.failure a").click();
    await focused(page, "[aria-invalid=true]");
  });
});

test("after each step of a case worker the focus is on what was said of it", async () => {
  const { need, name } = await offered("for the desk's focus");
  await visit("demo-case-worker", async (page) => {
    await page.goto(`/desk/${need}`);
    await call(server.pages, "demo-partner", "POST", `/v1/${name}:accept`, {});
    const withdrawal = page.locator(`form[action='/desk/${name}/withdraw']`);
    await withdrawal.locator("select[name=reason]").selectOption({ index: 1 });
    await follow(page, withdrawal.getByRole("button"));
    await focused(page, ".notice.failure");
    await page.goto(`/desk/${need}`);
    const ending = page.locator(".ending");
    await ending.locator("summary").click();
    await follow(page, ending.getByRole("button", { name: "关闭" }));
    await focused(page, ".notice.done");
  });
  await visit("demo-operator", async (page) => {
    await page.goto("/desk/rounds");
    await follow(page, page.locator("form.filters button.primary"));
    await focused(page, ".notice.done");
  });
});

test("the focus is on why there is no page", async () => {
  // The browser complains of the status.
  await visiting(server.browser, server.pages, { user: "demo-case-worker", trouble: true, javaScriptEnabled: false }, async (page) => {
    await page.goto("/desk/needs/01890000-0000-7000-8000-000000000000");
    await focused(page, ".notice.failure");
  });
});

test("the focus is on the list of what does not fit, and each entry leads to its field", async () => {
  await visit("demo-case-worker", async (page) => {
    await page.goto("/desk/needs/new");
    await page.locator("#f-items-0-quantity").fill("many");
    await page.locator("#timing-deadline").check();
    await page.locator("#whose-household").check();
    await page.locator("#tick-wish-yes").check();
    await follow(page, page.locator(".need-fields button[value=submit]"));
    await focused(page, "#problems");
    const links = await page.locator("#problems a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    assert.ok(links.length >= 8, links.join());
    for (const link of links) {
      await page.locator(`#problems a[href="${link}"]`).first().click();
      await focused(page, link);
    }
  });
});

test("a form that was changed goes on at what was changed", async () => {
  await visit("demo-case-worker", async (page) => {
    await page.goto("/desk/needs/new");
    await follow(page, page.locator("button[value=add]"));
    await focused(page, "#f-items-1");
    await follow(page, page.getByRole("button", { name: "删除这一项：第 2 项" }));
    await focused(page, "#f-items-0");
    await page.locator("#f-items-0-category").fill("书桌");
    await follow(page, page.locator("button[value=look]"));
    await focused(page, "#found-title");
  });
});

test("what has the focus is nothing that axe calls serious", async () => {
  const { name } = await offered("for axe");
  await visiting(server.browser, server.pages, { user: "demo-partner" }, async (page) => {
    await page.goto(`/portal/${name}`);
    await follow(page, page.getByRole("button", { name: "接受" }));
    await focused(page, ".notice.done");
    assert.deepEqual(await seriousViolations(page), []);
    await page.goto("/portal/resources");
    await follow(page, page.getByRole("button", { name: "确认仍然有效" }).first());
    await focused(page, ".card .notice.done");
    assert.deepEqual(await seriousViolations(page), []);
  });
});
