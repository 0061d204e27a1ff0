// The API's reading page, by the real program: for web developers, in both languages.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { desk, launch, phone, results } from "./browser.mjs";
import { start, visitor } from "./development.mjs";
import { seriousViolations } from "./report.mjs";

/** Bytes that the page may take, compressed as browsers ask for it. */
const transferredMax = 100 * 1024;

let browser;
let development;

before(async () => {
  development = await start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await development?.stop();
});

for (const [language, title] of [["zh", "REST 接口"], ["en", "The REST API"]]) {
  for (const [size, viewport] of [["desk", desk], ["phone", phone]]) {
    test(`a developer reads what a call takes and copies its example (${language}, ${size})`, async () => {
      const opened = await visitor(browser, development.pages, { language, viewport });
      const { page } = opened;
      await page.goto(`${development.pages}/api`);
      assert.equal(await page.locator("h1").innerText(), title);
      assert.ok((await page.locator("details.operation").count()) > 60);
      const operation = page.locator("#NeedService_SubmitNeed");
      await operation.locator("summary").click();
      assert.match(await operation.locator(".example").last().innerText(), /^curl -X POST .*\$URL\/v1\/needs/);
      assert.deepEqual(await seriousViolations(page), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${wide} pixels too wide`);
      await page.screenshot({ path: join(results, `api-${language}-${size}.png`) });
      await operation.locator("a[href='/api/types/NeedInput']").first().click();
      await page.waitForURL(/\/api\/types\/NeedInput$/);
      assert.deepEqual(await seriousViolations(page), []);
      assert.deepEqual(opened.complaints, []);
      await opened.close();
    });
  }
}

test("the page is small and the document is there for every site's scripts", async () => {
  const page = await fetch(`${development.pages}/api`, { headers: { "accept-encoding": "gzip" } });
  assert.equal(page.headers.get("content-encoding"), "gzip");
  const packed = await browserBytes(`${development.pages}/api`);
  assert.ok(packed < transferredMax, `${packed} bytes`);
  const document = await fetch(`${development.pages}/api/openapi.json`);
  assert.equal(document.headers.get("access-control-allow-origin"), "*");
  assert.equal((await document.json()).openapi, "3.1.0");
  const again = await fetch(`${development.pages}/api/openapi.json`, { headers: { "if-none-match": document.headers.get("etag") } });
  assert.equal(again.status, 304);
});

/** Bytes of a page as they travel. */
async function browserBytes(address) {
  const opened = await visitor(browser, development.pages);
  const client = await opened.page.context().newCDPSession(opened.page);
  await client.send("Network.enable");
  let bytes = 0;
  const first = new Promise((resolve) => {
    client.on("Network.loadingFinished", (event) => {
      if (bytes === 0) resolve((bytes = event.encodedDataLength));
    });
  });
  await opened.page.goto(address);
  await first;
  await opened.close();
  return bytes;
}
