// Tiles below maps, from a server of this machine: asked for where the map is, by the pages with maps alone, and told whose they are.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, results } from "./browser.mjs";
import { start, visiting } from "./development.mjs";

const credit = "© tiles of this test";
/** A tile that shows its edge and its name. */
const picture = (name) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#dde8dd" stroke="#567"/><text x="8" y="20">${name}</text></svg>`;

const asked = [];
let browser, tiles, server;

before(async () => {
  tiles = createServer((request, response) => {
    asked.push(request);
    response.writeHead(200, { "content-type": "image/svg+xml" }).end(picture(request.url));
  });
  await new Promise((resolve) => tiles.listen(0, "127.0.0.1", resolve));
  // Another host than that of the pages, whose cookies it therefore never sees.
  const address = `http://localhost:${tiles.address().port}/{z}/{x}/{y}.svg`;
  [server, browser] = await Promise.all([start("--map-tiles", address, "--map-tiles-credit", credit), launch()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  tiles?.close();
});

/** Column and row of a place at a zoom, by the formula of the OpenStreetMap wiki. */
const tile = (latitude, longitude, zoom) => {
  const north = (latitude * Math.PI) / 180;
  const down = (1 - Math.asinh(Math.tan(north)) / Math.PI) / 2;
  return [((longitude + 180) / 360) * 2 ** zoom, down * 2 ** zoom].map(Math.floor);
};

for (const [user, path] of [[null, "/wishes"], ["demo-case-worker", "/desk/supervision"]]) {
  test(`the map of ${path} lies on tiles of where it is, and their server learns no more`, async () => {
    asked.length = 0;
    await visiting(browser, server.pages, { user, language: "en" }, async (page) => {
      await page.goto(path);
      await page.waitForLoadState("networkidle");
      const drawn = await page.locator(".map .base-map image").count();
      assert.ok(drawn > 1, `${drawn} tiles are drawn`);
      assert.ok(asked.length > 1 && asked.length <= drawn, `${asked.length} of ${drawn} are asked for`);
      const zooms = new Set();
      for (const { url, headers } of asked) {
        const [, zoom, x, y] = /^\/(\d+)\/(\d+)\/(\d+)\.svg$/.exec(url).map(Number);
        zooms.add(zoom);
        // Ningxia and what is around it.
        const [[west, north], [east, south]] = [tile(42, 100, zoom), tile(33, 112, zoom)];
        assert.ok(x >= west && x <= east && y >= north && y <= south, `${url} is elsewhere`);
        assert.deepEqual([headers.referer, headers.cookie], [undefined, undefined], "the page and who looks at it");
      }
      assert.ok(zooms.size > 0);
      await page.locator(".credit", { hasText: credit }).waitFor();
      // What is drawn covers the whole of the map.
      const uncovered = await page.locator(".map svg").first().evaluate((svg) => {
        const box = svg.getBoundingClientRect();
        const pictures = [...svg.querySelectorAll(".base-map image")].map((image) => image.getBoundingClientRect());
        const covers = (x, y) => pictures.some((one) => one.left <= x && x <= one.right && one.top <= y && y <= one.bottom);
        const steps = [...Array(41).keys()].map((n) => n / 40);
        const points = steps.flatMap((across) => steps.map((down) => [box.left + across * box.width, box.top + down * box.height]));
        return points.filter(([x, y]) => !covers(x, y)).length;
      });
      assert.equal(uncovered, 0, "points of the map are without a tile");
      await page.screenshot({ path: join(results, `map-tiles-${path.split("/").at(-1)}.png`), fullPage: true });
    });
  });
}

test("pages may load pictures from there and from nowhere else", async () => {
  const policy = (await fetch(`${server.pages}/wishes`)).headers.get("content-security-policy");
  const { port } = tiles.address();
  assert.match(policy, new RegExp(`img-src 'self' data: http://localhost:${port};`));
});
