"""The pages of scores in a real browser: they fit a desk and a phone, ask for nothing, complain about nothing, work by
keyboard and can be read without scripts.

A machine without Chromium fails these tests; SURGSIGMA_NO_BROWSER=1 skips them.
"""
import os
import pathlib

import pytest
from browser import Browser, browser_path

SCORES = pathlib.Path(os.environ["SURGSIGMA_SCORES"])
REPORTS = [SCORES / "all" / "good" / "report.html", SCORES / "pictures" / "fair" / "report.html"]
BOARD = SCORES / "side-by-side" / "board.html"
SIZES = [(1280, 900), (390, 844)]


@pytest.fixture(scope="module")
def browser():
    if os.environ.get("SURGSIGMA_NO_BROWSER") == "1":
        pytest.skip("SURGSIGMA_NO_BROWSER=1: no page is opened")
    if browser_path() is None:
        pytest.fail("no chromium to open the pages with: install it, or set SURGSIGMA_NO_BROWSER=1 to go without")
    opened = Browser()
    yield opened
    opened.close()


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
@pytest.mark.parametrize("page", REPORTS + [BOARD], ids=["report", "report-with-pictures", "board"])
def test_fits_the_window_and_is_quiet(browser, page, size):
    browser.open(page, *size)
    assert browser.run("document.querySelectorAll('details').forEach(one => one.open = true) || 1")
    assert browser.run("document.documentElement.scrollWidth") <= size[0], "the page scrolls sideways"
    assert browser.complaints() == []
    assert browser.requests() == [], "a page of scores asks the network for nothing"
    folder = os.environ.get("SURGSIGMA_SCREENSHOTS")
    if folder:
        browser.picture(pathlib.Path(folder) / f"{page.parent.name}-{size[0]}.png", whole=True)


@pytest.mark.parametrize("page", [REPORTS[0], BOARD], ids=["report", "board"])
def test_the_keyboard_reaches_everything(browser, page):
    browser.open(page, *SIZES[0])
    browser.run("document.querySelectorAll('.group').forEach(one => one.open = true) || 1")
    wanted = browser.run("""(window.wanted = [...document.querySelectorAll('a[href], summary, select, button, .scroll')]
        .filter(one => one.checkVisibility())).length""")
    assert wanted >= 5
    reached = set()
    for _ in range(wanted + 20):
        browser.press("Tab")
        place, outline = browser.run("""(one => [wanted.indexOf(one), getComputedStyle(one).outlineStyle])
            (document.activeElement)""")
        if place in reached:
            break
        if place >= 0:
            assert outline != "none", "one sees where one is"
            reached.add(place)
    missed = browser.run("wanted.map(one => one.outerHTML.slice(0, 120))")
    assert [missed[place] for place in range(wanted) if place not in reached] == []


def test_details_open_by_key(browser):
    browser.open(REPORTS[0], *SIZES[1])
    browser.run("document.querySelector('summary').focus()")
    browser.press("Enter")
    assert browser.run("document.querySelector('details').open") is True
    browser.press("Space")
    assert browser.run("document.querySelector('details').open") is False


def test_filters_choose_and_let_go(browser):
    browser.open(REPORTS[0], *SIZES[0])
    shown = "[...document.querySelectorAll('.item')].filter(one => !one.hidden)"
    everything = browser.run(f"{shown}.length")
    assert everything > 20
    for name in ("fate", "test", "source"):
        browser.run(f"document.querySelector('select[name={name}]').focus()")
        browser.press("ArrowDown")
        value = browser.run(f"document.querySelector('select[name={name}]').value")
        assert value != ""
        assert browser.run(f"{shown}.every(one => one.dataset.{name} === '{value}')")
        count = browser.run(f"{shown}.length")
        assert browser.run("document.querySelector('output').textContent") == f"{count} of {everything} shown"
        assert browser.run(f"{shown}.every(one => one.closest('details').open)"), "what was chosen is open"
        browser.run("document.querySelector('button[type=reset]').focus()")
        browser.press("Enter")
        browser.run("new Promise(done => setTimeout(done, 20))")
        assert browser.run(f"{shown}.length") == everything


def test_a_link_opens_the_errors_of_a_test(browser):
    browser.open(REPORTS[0], *SIZES[0])
    browser.run("document.querySelector('a[href^=\"#errors-\"]').focus()")
    target = browser.run("document.activeElement.hash.slice(1)")
    browser.press("Enter")
    browser.run("new Promise(done => setTimeout(done, 50))")
    assert browser.run(f"document.getElementById('{target}').open") is True


def test_reads_without_scripts(browser):
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(REPORTS[0], *SIZES[0])
        assert browser.run("document.getElementById('filter').hidden"), "filters that do nothing are not shown"
        assert browser.run("[...document.querySelectorAll('.item')].every(one => !one.hidden)")
    finally:
        browser.ask("Emulation.setScriptExecutionDisabled", value=False)


def test_answers_are_only_text(browser):
    browser.open(REPORTS[0], *SIZES[0])
    assert browser.run("document.title") != "run"
    assert browser.run("document.scripts.length") == 1
    assert browser.run("document.querySelectorAll('img[src=x]').length") == 0
    assert "<script>document.title='run'</script>" in browser.run("document.body.textContent")


def test_the_report_shows_what_it_promises(browser):
    browser.open(REPORTS[0], *SIZES[0])
    titles = browser.run("[...document.querySelectorAll('h3')].map(one => one.textContent)")
    for title in ("By class", "What was said for what", "Are the scores probabilities?", "By source", "By centre"):
        assert title in titles
    assert browser.run("document.querySelectorAll('svg circle').length") > 5
    sums = browser.run("""[...document.querySelectorAll('.confusion tbody tr')].map(row =>
        [...row.cells].slice(1).map(cell => Number(cell.textContent)))""")
    assert all(sum(row[:-1]) == row[-1] for row in sums), "every question stands in one cell"
    assert browser.run("[...document.querySelectorAll('.item details pre')].length") > 5, "reasoning is there to read"
    browser.open(REPORTS[1], *SIZES[0])
    assert browser.run("""(async () => { for (const one of document.querySelectorAll('.group')) one.open = true;
        const pictures = [...document.querySelectorAll('.item img')];
        for (const one of pictures) one.loading = 'eager';
        await Promise.all(pictures.map(one => one.decode()));
        return pictures.length > 0 && pictures.every(one => one.naturalWidth > 0); })()""")


def test_the_board_ranks_and_cites(browser):
    browser.open(BOARD, *SIZES[0])
    models = browser.run("""[...document.querySelector('table').tBodies[0].rows].map(one =>
        one.cells[0].firstChild.textContent)""")
    assert models[:3] == ["good", "fair", "poor"]
    assert browser.run("document.querySelectorAll('.star').length") > 0
    published = browser.run("[...document.querySelectorAll('tr.other')].map(one => one.textContent)")
    assert any("Invented-7B" in row and "multiple choice" in row and "nobody, 2020" in row for row in published)
    assert "Sum. Two accuracies of open questions added" in browser.run("document.body.textContent")
