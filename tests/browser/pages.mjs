// Every page in a real browser.
//
//   node pages.mjs TASPA SAMPLES [SCREENSHOTS]
//
// TASPA is the built program, SAMPLES a folder of articles; pictures of the pages go to the folder
// SCREENSHOTS. Fails when a page writes to the console, breaks its content security policy, loads
// anything from elsewhere, scrolls sideways on a phone, runs what an article brought, has a dead
// link, is refused by the HTML checker, or has a barrier that axe knows; when a feed's page does not
// begin with its news, when its panel or the page that builds a feed cannot be used with the keyboard
// alone or without script, or when a page is large or slow.

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { freePort, start } from "./daemon.mjs";
import { furnish } from "./newsroom.mjs";

const require = createRequire(import.meta.url);
const run = promisify(execFile);

const SCREENS = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 900 },
};
const SCHEMES = ["light", "dark"];

/** Widths in CSS pixels that nothing may stick out of: small phones, and a phone at a zoom of 200 %. */
const NARROW = [320, 195];

/** The most bytes of a page with its style, and of the script, all in gzip. */
const PAGE_BYTES_MAX = 12_000;
const SCRIPT_BYTES_MAX = 3_000;

/** The most milliseconds until a page that was never asked for is there. */
const COLD_MS_MAX = 1_000;

/** One page of each kind, in each language and for each kind of content. */
const PAGES = {
  catalogue: "/",
  "catalogue-kk": "/?lang=kk",
  "catalogue-en": "/?lang=en",
  sections: "/sections",
  tags: "/tags",
  "authors-kk": "/authors?lang=kk",
  "tags-letter": "/tags?letter=м",
  "tags-found": "/tags?q=мажылис",
  "tags-found-kk": "/tags?q=қала&lang=kk",
  "feed-all": "/all",
  "feed-declared": "/parliament",
  "feed-kk": "/qazaqsha",
  "feed-en": "/world/english",
  "feed-empty": "/quiet",
  "feed-tag": "/tags/мажилис",
  "feed-select": "/select?any=section:спорт,мажилис",
  "feed-from-browser": "/parliament.rss",
  "article-hostile": "/articles/hostile",
  build: "/build",
  "build-kk": "/build?lang=kk&q=бюд",
  "build-en": "/build?any=мажилис,section:парламент&lang=en",
  "build-chosen": "/build?q=пар&any=мажилис,section:спорт&all=lang:ru&none=футбол",
  "build-unknown": "/build?any=мажилес,бюджет&q=ыыыыы",
  "build-contradictory": "/build?all=мажилис,section:спорт,author:тимур-ахметов",
  "build-hostile": `/build?q=${encodeURIComponent("\"><script>window.pwned=8</script>")}&any=${encodeURIComponent("<img src=x onerror=window.pwned=9>")}`,
};

/** Addresses of nothing, whose pages have another status. */
const MISSING = {
  "missing-tag": "/tags/мажылис",
  "missing-tag-kk": "/tags/мажылис?lang=kk",
  "missing-article": "/articles/none?lang=en",
};

const failures = [];

function expect(condition, message) {
  if (!condition) failures.push(message);
}

async function main([program, samples, screenshots]) {
  const folder = await mkdtemp(join(tmpdir(), "taspa-browser-"));
  const port = await freePort();
  const { base, config } = await furnish(folder, resolve(samples), port);
  const daemon = await start(resolve(program), config, base);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    await checkWeight(base);
    const pages = { ...PAGES, ...MISSING, ...(await articles(base)) };
    for (const scheme of SCHEMES) {
      for (const [screen, viewport] of Object.entries(SCREENS)) {
        const context = await browser.newContext({ viewport, colorScheme: scheme });
        for (const [name, path] of Object.entries(pages)) {
          await visit(context, base, { name, path, screen, scheme, screenshots });
        }
        await context.close();
      }
    }
    await checkMarkup(base, pages, folder);
    const links = await checkLinks(base, Object.values(pages));
    await checkRaw(browser, base);
    await checkFirstScreen(browser, base);
    await checkPanel(browser, base);
    await checkPanelWithoutScript(browser, base);
    for (const javaScriptEnabled of [true, false]) await checkBuilder(browser, base, javaScriptEnabled);
    console.log(`${Object.keys(pages).length} pages on ${Object.keys(SCREENS).length} screens in ${SCHEMES.length} schemes, ${links} links`);
  } finally {
    await browser.close();
    const status = await daemon.stop();
    expect(status === 0, `taspa ended with ${status}`);
    await rm(folder, { recursive: true });
  }
  for (const failure of new Set(failures)) console.error(`✗ ${failure}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

/** An article in each language, found as a reader would: through the feeds. */
async function articles(base) {
  const found = {};
  for (const [name, feed] of Object.entries({ ru: "parliament", kk: "qazaqsha", en: "world/english" })) {
    const { items } = await (await fetch(`${base}/${feed}.json`)).json();
    const item = items.find((item) => item.url.startsWith(base) && !item.url.endsWith("/hostile"));
    if (item === undefined) throw new Error(`no article in ${feed}`);
    found[`article-${name}`] = item.url.slice(base.length);
  }
  return found;
}

async function visit(context, base, { name, path, screen, scheme, screenshots }) {
  const page = await context.newPage();
  const where = `${name} (${screen}, ${scheme})`;
  page.on("console", (message) => expect(tolerated(message, name), `${where}: console: ${message.text()}`));
  page.on("pageerror", (error) => expect(false, `${where}: ${error}`));
  page.on("dialog", (dialog) => dialog.dismiss().then(() => expect(false, `${where}: a dialog opened`)));
  await drawPictures(page, base, where);
  const answer = await page.goto(base + path, { waitUntil: "load" });
  expect(answer.status() === (name in MISSING ? 404 : 200), `${where}: status ${answer.status()}`);
  expect(answer.headers()["content-type"]?.startsWith("text/html"), `${where}: ${answer.headers()["content-type"]}`);
  expect(answer.headers()["content-security-policy"]?.includes("default-src 'none'"), `${where}: no strict policy`);
  const seen = await page.evaluate(() => ({
    pwned: window.pwned,
    scripts: [...document.scripts].map((script) => script.src),
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    styled: getComputedStyle(document.body).fontFamily,
    headings: document.querySelectorAll("h1").length,
    language: document.documentElement.lang,
    handlers: [...document.querySelectorAll("*")].filter((element) =>
      element.getAttributeNames().some((name) => name.startsWith("on") || name === "style")).length,
    javascript: [...document.links].filter((link) => link.protocol === "javascript:").length,
  }));
  expect(seen.pwned === undefined, `${where}: ran ${seen.pwned}`);
  const [script, ...others] = seen.scripts;
  expect(script?.startsWith(`${base}/assets/page.js?`) && others.length === 0, `${where}: scripts ${seen.scripts}`);
  expect(seen.handlers === 0, `${where}: ${seen.handlers} elements with handlers or styles`);
  expect(seen.javascript === 0, `${where}: ${seen.javascript} javascript links`);
  expect(seen.wide <= 0, `${where}: ${seen.wide} pixels too wide`);
  expect(seen.headings === 1, `${where}: ${seen.headings} first headings`);
  expect(["ru", "kk", "en"].includes(seen.language), `${where}: language ${seen.language}`);
  await checkBarriers(page, where);
  if (screenshots) {
    await mkdir(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}-${screen}-${scheme}.png`), fullPage: screen === "phone" && scheme === "light" });
  }
  if (screen === "phone" && scheme === "light") await checkNarrow(page, where);
  await page.close();
}

/** No page scrolls sideways, with its panels open. */
async function checkNarrow(page, where) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
  for (const width of NARROW) {
    await page.setViewportSize({ width, height: 640 });
    const wide = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const sticksOut = (element) => element.getBoundingClientRect().right > clientWidth + 1;
      return scrollWidth > clientWidth && [...document.body.querySelectorAll("*")].filter(sticksOut).map((e) => e.outerHTML.slice(0, 80));
    });
    expect(!wide, `${where}: too wide for ${width}: ${wide}`);
  }
}

/** Pictures of articles come from an invented site, so they are drawn here. */
async function drawPictures(page, base, where) {
  await page.route((url) => url.origin !== base, (route) => {
    const kind = route.request().resourceType();
    expect(kind === "image" || kind === "media", `${where}: asks ${route.request().url()}`);
    return kind === "image" ? route.fulfill({ contentType: "image/svg+xml", body: PICTURE }) : route.abort("blockedbyclient");
  });
}

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400"><path fill="#b9c6cc" d="M0 0h600v400H0z"/>
<path fill="#56707c" d="M0 300 150 180l110 90 140-150 200 180v100H0z"/><path fill="#334852" d="M0 330q300-60 600 10v60H0z"/></svg>`;

/** The first screen of a phone has the title, the button, and two headlines at least. */
async function checkFirstScreen(browser, base) {
  const context = await browser.newContext({ viewport: SCREENS.phone });
  const page = await context.newPage();
  await drawPictures(page, base, "first screen");
  for (const path of ["/parliament", "/qazaqsha", "/world/english", "/tags/мажилис"]) {
    await page.goto(base + path);
    const bottoms = await page.evaluate(() => {
      const bottom = (element) => element?.getBoundingClientRect().bottom ?? Infinity;
      return [document.querySelector("h1"), document.querySelector(".subscribe > summary"), document.querySelectorAll(".latest h3")[1]].map(bottom);
    });
    const ordered = bottoms.every((bottom, at) => bottom <= (bottoms[at + 1] ?? SCREENS.phone.height));
    expect(ordered, `${path}: title, button and second headline end at ${bottoms}`);
  }
  await context.close();
}

/** The panel with the keyboard alone, the copied address, and the second visit. */
async function checkPanel(browser, base) {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  await drawPictures(page, base, "panel");
  await page.goto(`${base}/tags/мажилис`);
  const focused = (selector) => page.evaluate((selector) => document.activeElement.matches(selector), selector);
  const tabTo = async (selector) => {
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press("Tab");
      if (await focused(selector)) return;
    }
    expect(false, `the panel: Tab does not reach ${selector}`);
  };
  await tabTo(".subscribe > summary");
  await page.keyboard.press("Enter");
  const address = `${base}/tags/${encodeURIComponent("мажилис")}.rss`;
  await tabTo(`a[href="feed:${address}"]`);
  await tabTo(".copy [data-copied]");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("Скопировано").waitFor();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  expect(await copied() === address, `the button copies ${await copied()}`);

  await page.evaluate(() => navigator.clipboard.writeText(""));
  const shown = page.locator(".copy .address");
  expect(await shown.textContent() === `${base}/tags/мажилис.rss`, `the address is shown as ${await shown.textContent()}`);
  await shown.click();
  await page.keyboard.press("Control+C");
  expect(await copied() === address, `by hand one copies ${await copied()}`);

  const explained = () => page.locator(".how > p").isVisible();
  expect(await explained(), "the first visit explains nothing");
  await page.goto(`${base}/parliament#subscribe`);
  expect(await page.locator("#subscribe").isVisible(), "a link to the panel does not open it");
  expect(!(await explained()), "the second visit explains all again");
  await context.close();
}

/** Without script the panel opens, the explanation is there, and nothing is there that does nothing. */
async function checkPanelWithoutScript(browser, base) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await drawPictures(page, base, "no script");
  await page.goto(`${base}/parliament`);
  await page.locator(".subscribe > summary").click();
  const open = `a[href="feed://${new URL(base).host}/parliament.rss"]`;
  for (const [selector, visible] of [["#subscribe", true], [open, true], [".how > p", true], [".copy .address", true], [".copy button", false]]) {
    expect(await page.locator(selector).first().isVisible() === visible, `without script: ${selector} is ${visible ? "not " : ""}there`);
  }
  await context.close();
}

/** From the empty form to the address to subscribe to, with the keyboard alone. */
async function checkBuilder(browser, base, javaScriptEnabled) {
  const context = await browser.newContext({ javaScriptEnabled, viewport: SCREENS.phone });
  const page = await context.newPage();
  const where = javaScriptEnabled ? "the builder" : "the builder without script";
  await drawPictures(page, base, where);
  const focused = page.locator(":focus");
  const tabTo = async (name) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press("Tab");
      const label = await focused.evaluate((element) => element.getAttribute("aria-label") ?? element.textContent.trim());
      if (label === name) return;
    }
    throw new Error(`${where}: Tab does not reach ${name}`);
  };
  const press = async (name) => {
    await tabTo(name);
    await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  };
  const sentence = (text) => page.locator(".outcome .intro").getByText(text).waitFor();
  await page.goto(`${base}/build`);
  expect(await focused.getAttribute("name") === "q", `${where}: the empty form does not begin in its field`);
  await page.keyboard.type("мажи");
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  await press("Добавить #мажилис: хотя бы одно");
  await sentence("Статьи с #мажилис");
  expect(await page.locator("[name=q]").inputValue() === "мажи", `${where}: the words are gone after a press`);
  await page.locator("[name=q]").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("эконом");
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  await press("Добавить Экономика: кроме");
  await sentence("Статьи с #мажилис, но не из рубрики «Экономика»");
  await press("Переместить Экономика: хотя бы одно");
  await sentence("Статьи с #мажилис или из рубрики «Экономика»");
  await press("Подписаться");
  const address = new URL(page.url());
  expect(address.pathname === "/select" && address.hash === "#subscribe", `${where}: it leads to ${address}`);
  const feed = await fetch(new URL(`/select.rss${address.search}`, base), { redirect: "manual" });
  expect(feed.status === 200, `${where}: the feed gives ${feed.status}`);
  await context.close();
}

/** How much a browser loads, and how long the first request of a page takes. */
async function checkWeight(base) {
  const load = async (path) => {
    const start = performance.now();
    const answer = await fetch(new URL(path, base), { headers: { "Accept-Encoding": "gzip" } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { text: bytes.toString(), size: gzipSync(bytes).length, ms: performance.now() - start };
  };
  const asset = (page, name) => load(page.text.match(new RegExp(`"(/[^"]*${name}[^"]*)"`))[1]);
  for (const path of ["/", "/all", PAGES["build-chosen"]]) {
    const page = await load(path);
    const [style, script] = [await asset(page, "style.css"), await asset(page, "page.js")];
    console.log(`${path}: ${page.size} + ${style.size} bytes of style + ${script.size} of script, ${page.ms.toFixed(0)} ms from cold`);
    expect(page.size + style.size <= PAGE_BYTES_MAX, `${path}: ${page.size} bytes with ${style.size} of style`);
    expect(script.size <= SCRIPT_BYTES_MAX, `${path}: ${script.size} bytes of script`);
    expect(page.ms <= COLD_MS_MAX, `${path}: ${page.ms} ms`);
  }
}

/** What the browser says of the media that this test keeps it from fetching, and of pages that are errors. */
function tolerated(message, name) {
  const expected = ["ERR_BLOCKED_BY_CLIENT", ...(name in MISSING ? ["404"] : [])];
  return message.type() === "error" && expected.some((part) => message.text().includes(part));
}

/** Barriers for people with disabilities, contrast among them. */
async function checkBarriers(page, where) {
  await page.evaluate(await readFile(require.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  for (const { id, help, nodes } of violations) {
    expect(false, `${where}: axe ${id}: ${help}: ${nodes.slice(0, 2).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }
}

/** The HTML of every page, by the checker of the HTML specification's community. */
async function checkMarkup(base, pages, folder) {
  const files = [];
  for (const [name, path] of Object.entries(pages)) {
    const answer = await fetch(base + path, { headers: { "Sec-Fetch-Dest": "document" } });
    const file = join(folder, `${name}.html`);
    await writeFile(file, await answer.text());
    files.push(file);
  }
  const jar = require("vnu-jar");
  const { stderr } = await run("java", ["-jar", jar, "--format", "json", "--exit-zero-always", ...files], { maxBuffer: 1 << 26 });
  for (const { type, url, lastLine, message } of JSON.parse(stderr).messages) {
    expect(type === "info", `${url.split("/").pop()}:${lastLine}: ${message}`);
  }
}

/** Follows every link of every page that leads to this server; gives how many there are. */
async function checkLinks(base, paths) {
  const links = new Set();
  for (const path of paths) {
    const html = await (await fetch(base + path, { headers: { "Sec-Fetch-Dest": "document" } })).text();
    for (const [, raw] of html.matchAll(/(?:href|src)="([^"]*)"/g)) {
      const own = new URL(base + path);
      const url = new URL(unescaped(raw), own);
      // A page that is an error has places within it too.
      if (url.href === `${own.href}${url.hash}`) continue;
      url.hash = "";
      if (url.origin === base) links.add(url.href);
    }
  }
  for (const link of links) {
    const answer = await fetch(link, { redirect: "manual" });
    expect(answer.status === 200 || answer.status === 302, `${decodeURI(link)}: status ${answer.status}`);
  }
  return links.size;
}

function unescaped(text) {
  const entities = { "&amp;": "&", "&quot;": "\"", "&lt;": "<", "&gt;": ">", "&#x2f;": "/", "&#x27;": "'" };
  return text.replace(/&(?:amp|quot|lt|gt|#x2f|#x27);/g, (entity) => entities[entity]);
}

/** A feed opened in a browser is a page; with `raw` it is the feed. */
async function checkRaw(browser, base) {
  const page = await browser.newPage();
  const shown = await page.goto(`${base}/parliament.rss`);
  expect(shown.headers()["cache-control"] === "no-store", "a feed's page in a browser may be stored");
  expect(shown.headers().etag === undefined, "a feed's page in a browser has a tag");
  const raw = await page.goto(`${base}/parliament.rss?raw`);
  expect(raw.headers()["content-type"].startsWith("application/rss+xml"), `raw: ${raw.headers()["content-type"]}`);
  await page.close();
}

await main(process.argv.slice(2));
