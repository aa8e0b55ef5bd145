"""What may be wrong with a page as it stands: violations of WCAG 2.2 AA, what is wider than its place; in every look."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# text before a drawn ornament is judged, not left open: stricter, and three times as fast
_STRICT = "axe.configure({checks: [{id: 'color-contrast', options: {ignorePseudo: true}}]})"
_AXE, _JUDGED = f"{Axe().axe_script};{_STRICT}", "what => axe.run(document, what).then(result => result.violations)"
_STANDARD = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # all a theme can change
# a page as a tree: what axe judges, without words and numbers; neighbours that look alike count once
_SHAPE = """() => {
    const said = new Set(["class", "style", "type", "role", "open", "hidden", "disabled", "aria-hidden", "aria-current", "tabindex"]);
    const shape = (node) => {
        if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? "t" : "";
        if (node.nodeType !== Node.ELEMENT_NODE || ["SCRIPT", "TEMPLATE", "HEAD"].includes(node.tagName)) return "";
        const about = [...node.attributes].map((a) => said.has(a.name) ? `${a.name}=${a.value}` : a.value.trim() ? a.name : `${a.name}-`);
        const inside = [...node.childNodes].map(shape).filter((s, n, all) => s && s !== all[n - 1]);
        return `<${node.tagName} ${about.sort().join(" ")}>${inside.join("")}`;
    };
    return shape(document.documentElement) + (document.activeElement?.tagName ?? "");
}"""
DESK, PHONE = 1360, 390
# how wide, how coloured, judged by what
LOOKS: tuple[tuple[int, Any, Any], ...] = (
    (DESK, "light", _STANDARD),
    (DESK, "dark", _OF_COLOURS),
    (PHONE, "dark", _OF_COLOURS),
    (PHONE, "light", _STANDARD),
)
MEASURED = tuple(look for look in LOOKS if look[2] is _STANDARD)
# judged from its top: what the page's head half covers because somebody scrolled is no smaller for it
_WIDE = """width => scrollTo({top: 0, behavior: "instant"}) ?? ({page: document.documentElement.scrollWidth - width,
    table: Math.max(0, ...[...document.querySelectorAll(".table-wrap")].map(t => t.scrollWidth - t.clientWidth))})"""


_judged: set[str] = set()


def faults(page: Page) -> list[str]:
    """What axe objects to on the page as it stands, in every look; what is wider than its place.

    A page that differs from one judged before in words and numbers alone is measured, not judged again.
    """
    told: list[str] = []
    before = page.viewport_size
    shape = page.evaluate(_SHAPE)
    known = shape in _judged
    if not known:
        page.evaluate(_AXE)
    for width, scheme, rules in LOOKS if not known else MEASURED:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour on its way
        for what, wide in page.evaluate(_WIDE, width).items():
            told += [f"{width} {scheme} {what} {wide}px too wide"] if wide > 0 else []
        if known:
            continue
        found = page.evaluate(_JUDGED, {"runOnly": rules, "resultTypes": ["violations"]})
        told += [f"{width} {scheme} {v['id']}: {v['nodes'][0]['html'][:200]}" for v in found]
    if not told:
        _judged.add(shape)
    if before:
        page.set_viewport_size(before)
    return told
