"""Opens a page in headless Chromium, and asks it something."""

import html
import json
import os
import re
import shutil
import subprocess

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
# A check of the whole project sets this: there, nothing may be missing.
REQUIRED = "DRNN_BROWSER_TEST" in os.environ
browser = pytest.mark.skipif(not CHROMIUM and not REQUIRED, reason="needs chromium")

# Whatever goes wrong in the page, and whatever it asks for.
WATCH = """<script>
globalThis.faults = [];
addEventListener("error", (event) => faults.push(String(event.message)), true);
addEventListener("unhandledrejection", (event) => faults.push(String(event.reason)));
addEventListener("securitypolicyviolation", (event) => faults.push(event.blockedURI));
console.error = console.warn = (...said) => faults.push(said.join(" "));
</script>"""
ASK = """<script type="module">
await new Promise((done) => addEventListener("load", done));
const ask = async () => { %s };
const found = await ask().catch((error) => String(error));
const asked = performance.getEntriesByType("resource").map(({ name }) => name);
const said = document.createElement("pre");
said.id = "said";
const width = document.documentElement.scrollWidth;
said.textContent = JSON.stringify({ found, faults, asked, width });
document.body.append(said);
</script>"""


def ask_page(path, page, question, width=500):
    """What a page answers.

    Args:
        path: A file to write the page to.
        page: The HTML of the whole page.
        question: The body of an asynchronous function in JavaScript.
        width: Width of the window; no less than 500 is possible.

    Returns:
        What the function returns; the page must have neither complained nor asked for anything.
    """
    watched = page.replace("<head>", "<head>" + WATCH, 1).replace(
        "</body>", ASK % question + "</body>"
    )
    assert watched.count("globalThis.faults") == watched.count("const ask = async") == 1
    path.write_text(watched, encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += ["--dump-dom", f"--window-size={width},900", "--virtual-time-budget=20000"]
    command += [f"--user-data-dir={path.with_suffix('.profile')}", path.as_uri()]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=120)
    (said,) = re.findall('<pre id="said">(.*?)</pre>', done.stdout, re.DOTALL)
    answer = json.loads(html.unescape(said))
    assert answer["faults"] == answer["asked"] == [], answer
    assert answer["width"] == width, answer["width"]
    return answer["found"]
