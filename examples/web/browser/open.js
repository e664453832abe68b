// Opens a built page in Chromium, without a window, and notes what it should not do.

import { chromium } from "playwright-core";

import { serve } from "../serve.js";

const SYSTEM = "/usr/bin/chromium";
const PATIENCE = 180_000; // milliseconds: the machine may be busy with other tests

/**
 * @param {string} folder A built page.
 * @param {object} options For the page, as playwright takes them: `viewport`, `colorScheme` ...
 * @returns {Promise<object>} `page`; `errors` and `elsewhere` (requests to another host), which grow;
 *     `version` of the browser; and `close`.
 */
export async function openPage(folder, options = {}) {
  const { server, address } = await serve(folder);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? SYSTEM,
    args: [
      // A camera that shows a test picture.
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      // Chromium's sandbox refuses to run as root, which is who runs in containers.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  });
  const page = await browser.newPage(options);
  page.setDefaultTimeout(PATIENCE);
  const [errors, elsewhere] = [[], []];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(data|blob):/.test(url)) elsewhere.push(url);
  });
  const close = async () => {
    await browser.close();
    server.close();
  };
  await page.goto(address);
  await page.waitForSelector("#status:not(.busy)");
  return { page, errors, elsewhere, version: browser.version(), close };
}

/** Choose a file on the page, and wait until it has said what it makes of it. */
export async function choose(page, input, file) {
  await page.setInputFiles(input, file);
  await page.waitForSelector("#status:not(.busy)");
  return page.textContent("#status");
}
