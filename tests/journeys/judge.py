"""What a page that stands open in a browser gets wrong: for axe-core, for a narrow screen, for a keyboard."""

import json
from importlib.resources import files

from playwright.async_api import Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


async def faults(page: Page) -> list[str]:
    """What axe-core finds, each with the first places."""
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE)
        # The pages opened next in this context have it at once: half a megabyte is slow to send to each.
        await page.context.add_init_script(AXE)
    found = await page.evaluate(_JUDGE, AA)
    return [f"{page.url} {each}" for each in json.loads(found)]


# Other frames and style sheets of other sites are none of ours: not fetched again.
_JUDGE = """async rules => {
  const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"], preload: false });
  return JSON.stringify(found.violations.map(
    v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")}`));
}"""


async def sideways(page: Page) -> list[str]:
    """What makes the page wider than the window (WCAG 1.4.10)."""
    return [f"{page.url} sticks out: {each}" for each in await page.evaluate(_STICKS_OUT)]


_STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const out = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > wide + 1);
  return out.slice(0, 3).map(e => e.outerHTML.slice(0, 160)).concat(`${document.documentElement.scrollWidth} px`);
}"""


async def unreached(page: Page) -> list[str]:
    """Controls that the Tab key does not come to, or that do not show that it has."""
    count = await page.evaluate(_WATCH)
    for _ in range(count + 8):
        await page.keyboard.press("Tab")
        # Past the last control Tab goes out of the page, and no answer comes back.
        if await page.evaluate("walk.missed.size === 0"):
            break
    found = await page.evaluate("[...walk.missed].map(e => e.outerHTML).concat(walk.unseen)")
    return [f"{page.url} by keyboard: {each[:200]}" for each in found]


# Of a group of radio buttons Tab comes to the chosen one, or to the first where none is.
_WATCH = """() => {
  const group = e => [...(e.form ?? document).querySelectorAll(`input[type=radio][name="${e.name}"]`)];
  const controls = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(e => e.checkVisibility({ visibilityProperty: true }) && e.type !== "hidden" && !e.disabled)
    .filter(e => e.getClientRects().length && !e.closest("[inert]"))
    .filter(e => e.type !== "radio" || e === (group(e).find(each => each.checked) ?? group(e)[0]));
  window.walk = { missed: new Set(controls), unseen: [] };
  document.addEventListener("focusin", ({ target }) => {
    if (!walk.missed.delete(target)) return;
    const shown = [target, target.nextElementSibling, target.parentElement].filter(Boolean).map(e => getComputedStyle(e));
    if (!shown.some(s => s.outlineStyle !== "none" || s.boxShadow !== "none")) walk.unseen.push(target.outerHTML);
  });
  return controls.length;
}"""
