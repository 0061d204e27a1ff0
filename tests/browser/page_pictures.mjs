// Takes the README's pictures of pages: `WISHWELL_TEST_BINARY=target/release/wishwell node tests/browser/page_pictures.mjs docs/images`.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./browser.mjs";
import { start, visitor } from "./development.mjs";

const [folder] = process.argv.slice(2);
const size = { width: 1200, height: 860 };
const { pages, stop } = await start();
const browser = await launch();
try {
  for (const [language, ending] of Object.entries({ en: "", zh: ".zh-CN" })) {
    const partner = await visitor(browser, pages, { user: "demo-partner", language, viewport: size });
    await partner.page.goto(`${pages}/wishes`);
    await picture(partner.page, `wishing-pool${ending}`);
    const worker = await visitor(browser, pages, { user: "demo-case-worker", language, viewport: size });
    await worker.page.goto(`${pages}/desk`);
    await picture(worker.page, `desk${ending}`);
  }
} finally {
  await browser.close();
  await stop();
}

async function picture(page, name) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 86 });
  writeFileSync(join(folder, `${name}.webp`), Buffer.from(data, "base64"));
}
