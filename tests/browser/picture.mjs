// Takes the README's pictures of a round's page: `node tests/browser/picture.mjs REPORT.html docs/images`.

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch, open } from "./browser.mjs";

const [report, folder] = process.argv.slice(2);
const size = { width: 1200, height: 1640 };
const browser = await launch();
for (const [language, name] of Object.entries({ en: "round-report.webp", zh: "round-report.zh-CN.webp" })) {
  const { page } = await open(browser, `${pathToFileURL(resolve(report)).href}#${language}`, { viewport: size });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 88 });
  writeFileSync(join(folder, name), Buffer.from(data, "base64"));
}
await browser.close();
