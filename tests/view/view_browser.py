#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Drives a page of `fragreplay view` in a headless Chromium, over the pipe of
--remote-debugging-pipe, and prints TAP:
view_browser.py BROWSER SMALL.html BIG.html BROKEN.html SEEDS.html PICTURES.
SMALL shows several policies of a real recording, BIG 256 GiB, BROKEN a report with a bad map,
SEEDS several seeds of each policy.
"""
import base64
import json
import os
import select
import subprocess
import sys
import tempfile
import time

LIMIT_S = 40
SHOWN_MS = 2000


class Browser:
    """One tab; every message between it and the page passes here."""

    def __init__(self, program, profile):
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()
        shell = 'exec "$0" "$@" 3<&%d 4>&%d' % (to_browser, from_browser)
        self.process = subprocess.Popen(
            ["sh", "-c", shell, program, "--headless", "--no-sandbox", "--disable-gpu",
             "--remote-debugging-pipe", f"--user-data-dir={profile}", "--window-size=1360,1400",
             "--hide-scrollbars", "--no-first-run", "about:blank"],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.pending, self.sent, self.session, self.events = b"", 0, None, []
        self.deadline = time.monotonic() + LIMIT_S
        tab = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def receive(self):
        while b"\0" not in self.pending:
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self.read_end], [], [], left)[0]:
                raise TimeoutError(f"no answer of the browser within {LIMIT_S} s")
            chunk = os.read(self.read_end, 1 << 20)
            if not chunk:
                raise EOFError("the browser went away")
            self.pending += chunk
        message, self.pending = self.pending.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.sent += 1
        message = {"id": self.sent, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write_end, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.sent:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def js(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def open(self, path):
        self.events.clear()
        answer = self.call("Page.navigate", url=f"file://{os.path.abspath(path)}")
        if answer.get("errorText"):
            raise RuntimeError(f"{path}: {answer['errorText']}")
        shown = "performance.getEntriesByName('fragreplay-shown').length > 0"
        self.until(lambda: self.js(shown))

    def until(self, holds):
        while not holds():
            if time.monotonic() > self.deadline:
                raise TimeoutError(f"not within {LIMIT_S} s")
            time.sleep(0.02)

    def key(self, key, code=0, text=""):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key if text != " " else
                      "Space", windowsVirtualKeyCode=code, text=text if kind == "keyDown" else "")

    def picture(self, path, **params):
        data = self.call("Page.captureScreenshot", format="png", **params)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def complaints(self):
        """What went wrong in the page, and whatever it tried to load."""
        found = []
        for event in self.events:
            method, params = event["method"], event["params"]
            if method == "Runtime.exceptionThrown":
                found.append(params["exceptionDetails"]["exception"].get("description", "?"))
            elif method == "Runtime.consoleAPICalled":
                found.append(f"console.{params['type']}")
            elif method == "Log.entryAdded":
                found.append(params["entry"]["text"])
            elif method == "Network.requestWillBeSent" and params.get("type") != "Document":
                found.append(f"loads {params['request']['url'][:80]}")
        return found

    def close(self):
        self.process.kill()
        self.process.wait()


ARROW_LEFT, ARROW_UP, ARROW_RIGHT, ARROW_DOWN, HOME, SPACE = 37, 38, 39, 40, 36, 32
PIXELS = "[...document.querySelectorAll('#maps canvas')].map((c) => c.toDataURL())"
COLORS = """(() => {
    const canvas = document.querySelector('#maps canvas');
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(new Uint32Array(data.buffer)).size;
})()"""


class Tests:
    def __init__(self, browser, small, big, broken, seeds, pictures):
        self.browser, self.small, self.big, self.broken = browser, small, big, broken
        self.seeds = seeds
        self.pictures = pictures

    def text(self, selector):
        return self.browser.js(f"document.querySelector({selector!r}).textContent")

    def quiet(self):
        assert not self.browser.complaints(), self.browser.complaints()

    def test_shows_a_map_for_each_policy(self):
        """a map for each policy, curves, and the table of diff"""
        self.browser.open(self.small)
        assert self.browser.js("document.querySelectorAll('#maps canvas').length") == 2
        assert self.browser.js(COLORS) > 5, "the map is not drawn"
        assert self.browser.js("document.querySelectorAll('#charts path.line').length") == 20
        assert "THP fault alloc" in self.text("#table")
        assert "%" in self.text("#table")
        self.browser.picture(f"{self.pictures}/light.png")
        self.quiet()

    def test_slider_moves_time(self):
        """the slider, by keyboard, moves the maps and the curves' values"""
        before = self.browser.js(PIXELS), self.text("#now"), self.text("#charts")
        self.browser.js("document.getElementById('time').focus()")
        self.browser.key("Home", HOME)
        assert self.text("#now") == "0.000 s", self.text("#now")
        first = self.browser.js(PIXELS), self.text("#now"), self.text("#charts")
        for was, now in zip(before, first):
            assert was != now
        self.browser.key("ArrowRight", ARROW_RIGHT)
        assert self.text("#now") not in ("0.000 s", before[1])
        self.browser.key("ArrowLeft", ARROW_LEFT)
        again = self.browser.js(PIXELS), self.text("#now"), self.text("#charts")
        assert again == first, "the same time does not look the same"
        self.quiet()

    def blocks_over_time(self):
        """At each moment: of each map how many blocks hold what, and what the chart of free ones says."""
        return self.browser.js("""(() => {
            const slider = document.getElementById('time'), moments = [];
            const chart = [...document.querySelectorAll('.chart')].find((c) =>
                c.querySelector('strong').textContent === 'Free pageblocks');
            for (let i = 0; i <= slider.max; i++) {
                slider.value = i;
                slider.dispatchEvent(new Event('input'));
                const maps = [...document.querySelectorAll('#maps .summary')].map((p) =>
                    Object.fromEntries([...p.textContent.matchAll(/([0-9]+) *([a-z]+)/g)]
                        .map(([, n, name]) => [name, Number(n)])));
                moments.push({ maps, free: [...chart.querySelectorAll('li')].map((li) =>
                    Number(li.textContent)) });
            }
            return moments;
        })()""")

    def test_opens_where_policies_differ_most(self):
        """it opens at the moment when the policies' pageblocks differ most"""
        self.browser.open(self.small)
        at = int(self.browser.js("document.getElementById('time').value"))
        apart = [sum(abs(a.get(name, 0) - b.get(name, 0)) for name in {*a, *b})
                 for a, b in (moment["maps"] for moment in self.blocks_over_time())]
        assert max(apart) > 0 and apart[at] == max(apart), (at, apart)
        self.quiet()

    def test_chart_and_map_agree(self):
        """the chart of free pageblocks counts as the maps do, at every moment"""
        for moment in self.blocks_over_time():
            free = [m.get("free", 0) + m.get("highatomic", 0) for m in moment["maps"]]
            assert free == moment["free"], moment
        self.quiet()

    def test_one_run_is_no_finding(self):
        """nothing of one run each has a color or a sign"""
        assert self.browser.js("document.querySelectorAll('#table td.change').length") > 10
        assert not self.browser.js("document.querySelectorAll('.better, .worse, .sign').length")

    def test_policy_is_switched_off_and_on(self):
        """a policy, by keyboard, is switched off everywhere, and on again"""
        shown = "[...document.querySelectorAll('#maps figure')].filter((f) => !f.hidden).length"
        lines = "document.querySelectorAll('#charts path.line').length"
        cells = "[...document.querySelectorAll('#table td')].filter((c) => !c.hidden).length"
        before = [self.browser.js(x) for x in (shown, lines, cells)]
        self.browser.js("document.querySelectorAll('#policies input')[1].focus()")
        self.browser.key(" ", SPACE, " ")
        off = [self.browser.js(x) for x in (shown, lines, cells)]
        assert off[:2] == [1, 10] and off[2] < before[2], (before, off)
        self.browser.key(" ", SPACE, " ")
        assert [self.browser.js(x) for x in (shown, lines, cells)] == before
        self.quiet()

    def test_arrows_go_from_block_to_block(self):
        """on a map, arrows go from block to block and say what it holds under each policy"""
        self.browser.js("document.querySelector('#maps canvas').focus()")
        self.browser.key("Home", HOME)
        said = self.text("#block")
        assert said.startswith("Block 0") and "pfn 0x0–0x1ff" in said, said
        for policy in ("vanilla", "defrag_mode"):
            assert f"{policy}: " in said, said
        self.browser.key("ArrowRight", ARROW_RIGHT)
        assert self.text("#block").startswith("Block 1zone"), self.text("#block")
        self.browser.key("ArrowDown", ARROW_DOWN)
        below = self.text("#block")
        self.browser.key("ArrowUp", ARROW_UP)
        assert self.text("#block") != below
        rings = self.browser.js("document.querySelectorAll('.ring:not([hidden])').length")
        assert rings == 2, rings
        self.quiet()

    def test_mouse_points_at_the_same_block(self):
        """the pointer names the block whose cell is under it"""
        x, y = self.browser.js("""(() => {
            const box = document.querySelector('#maps canvas').getBoundingClientRect();
            return [box.left + 30, box.top + 24];
        })()""")
        self.browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        assert self.text("#block").startswith("Block 1zone DMA, "), self.text("#block")
        self.quiet()

    def test_marks_and_groups(self):
        """patterns, digits and groups change the map and can be taken back"""
        plain = self.browser.js(PIXELS)
        seen = [plain]
        for mark in ("pattern", "digits", "color"):
            self.choose("marks", mark)
            seen.append(self.browser.js(PIXELS))
            self.browser.picture(f"{self.pictures}/{mark}.png")
        assert seen[3] == plain and len({str(s) for s in seen}) == 3
        self.browser.js("document.getElementById('group').click()")
        assert self.browser.js(PIXELS) != plain
        self.browser.js("document.getElementById('group').click()")
        assert self.browser.js(PIXELS) == plain
        self.quiet()

    def choose(self, control, value):
        self.browser.js(f"""(() => {{
            const control = document.getElementById('{control}');
            control.value = '{value}';
            control.dispatchEvent(new Event('change'));
        }})()""")

    def test_counters_of_an_interval(self):
        """counters are shown since the start, or of each interval; changes against any policy"""
        total, table = self.text("#charts"), self.text("#table")
        self.choose("counting", "interval")
        assert self.text("#charts") != total
        self.choose("counting", "total")
        assert self.text("#charts") == total
        self.choose("against", "1")
        assert self.text("#table") != table
        self.choose("against", "0")
        assert self.text("#table") == table
        self.quiet()

    def test_dark_and_print(self):
        """dark where the system is, and white on paper all the same"""
        scheme = [{"name": "prefers-color-scheme", "value": "dark"}]
        light = self.browser.js(PIXELS)
        self.browser.call("Emulation.setEmulatedMedia", features=scheme)
        self.browser.until(lambda: self.browser.js(PIXELS) != light)
        self.browser.picture(f"{self.pictures}/dark.png")
        paper = self.browser.call("Page.printToPDF", printBackground=True)["data"]
        with open(f"{self.pictures}/print.pdf", "wb") as file:
            file.write(base64.b64decode(paper))
        self.browser.js("dispatchEvent(new Event('beforeprint'))")
        assert self.browser.js(PIXELS) == light
        self.browser.js("dispatchEvent(new Event('afterprint'))")
        self.browser.call("Emulation.setEmulatedMedia", features=[])
        self.quiet()

    def test_no_globals(self):
        """nothing of the page's script is left in the global scope"""
        own = self.browser.js("['Blocks', 'Page', 'Chart', '$'].filter((name) => name in window)")
        assert not own, own

    def test_256_gib_is_shown_in_time(self):
        """256 GiB: under 10 MB, shown within 2 s, a step of time within two frames"""
        size = os.path.getsize(self.big)
        assert size < 10e6, f"{size} bytes"
        shown = []
        for _ in range(3):
            self.browser.open(self.big)
            shown.append(self.browser.js(
                "performance.getEntriesByName('fragreplay-shown')[0].startTime"))
        steps = self.browser.js("""(() => {
            const slider = document.getElementById('time'), took = [];
            for (let i = 0; i < 60; i++) {
                const start = performance.now();
                slider.value = i < 30 ? i : Math.floor(i * 7919 % slider.max);
                slider.dispatchEvent(new Event('input'));
                took.push(performance.now() - start);
            }
            return took.sort((a, b) => a - b);
        })()""")
        print(f"# {size} bytes, shown after {' '.join(f'{ms:.0f}' for ms in shown)} ms,"
              f" a step {steps[30]:.1f} ms, the slowest {steps[-1]:.1f} ms")
        assert self.browser.js(COLORS) > 5, "the map is not drawn"
        assert min(shown) < SHOWN_MS, shown
        assert steps[30] < 34, steps
        self.browser.picture(f"{self.pictures}/256gib.png")
        self.quiet()

    def test_hostile_names_are_text(self):
        """names that look like markup are shown as they are"""
        assert self.text("#title") == "script><!--<script><b>", self.text("#title")
        assert self.browser.js("document.querySelectorAll('h1 *').length") == 0

    def test_seeds_are_judged(self):
        """of several seeds there are deviation and p, and what has a sign has p below 0.05"""
        self.browser.open(self.seeds)
        cells = self.browser.js("""[...document.querySelectorAll('#table td.change')].map((c) =>
            [c.textContent, !!c.querySelector('.sign')])""")
        assert "±" in self.text("#table")
        judged = {False: [], True: []}
        for text, sign in cells:
            if "p" in text:
                judged[sign].append(float(text.split("p")[1][1:]))
        assert judged[True] and max(judged[True]) < 0.05, judged
        assert any(p >= 0.05 for p in judged[False]), judged
        self.browser.picture(f"{self.pictures}/seeds.png")
        self.quiet()

    def test_a_bad_map_is_told(self):
        """a map that cannot be read is told by its row, and the rest is shown"""
        self.browser.open(self.broken)
        said = self.text("#notes")
        assert "row 1" in said and "past the last block" in said, said
        assert self.browser.js("document.querySelectorAll('#charts path.line').length") == 20
        self.quiet()


def run(tests):
    names = [name for name in dir(Tests) if name.startswith("test_")]
    names.sort(key=lambda name: getattr(Tests, name).__code__.co_firstlineno)
    failed = 0
    for number, name in enumerate(names, 1):
        what = getattr(Tests, name).__doc__
        try:
            getattr(tests, name)()
            print(f"ok {number} - {what}")
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {what}\n# {type(error).__name__}: {error}")
    print(f"1..{len(names)}")
    return failed


def main():
    program, *pages, pictures = sys.argv[1:7]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            failed = run(Tests(browser, *pages, pictures))
        finally:
            browser.close()
    sys.exit(failed > 0)


main()
