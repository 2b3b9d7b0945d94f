"""A person who has no mouse: every field, button and link is reached and worked by keys alone."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Locator
from typing_extensions import override

from tests.browser.hand import Hand

MOST_STEPS: Final = 200
MOST_CHOICES: Final = 60
# How many stops of the Tab key lie between where the focus is and an element, and in which
# direction. Only how far to go is counted here; where one arrives is the browser's own doing.
STEPS: Final = """
(target) => {
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex]";
  const stops = [...document.querySelectorAll(kinds)]
    .filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== "hidden")
    .filter((e) => e.getClientRects().length)
    .filter((e) => e.type !== "radio" || e.checked || e === target ||
      !document.querySelector(`input[type=radio][name="${CSS.escape(e.name)}"]:checked`));
  const here = document.activeElement;
  if (here === target) return 0;
  if (!stops.includes(target)) return null;
  const after = (one, other) => Boolean(one.compareDocumentPosition(other) & 4);
  return after(here, target)
    ? stops.filter((e) => after(here, e) && (e === target || after(e, target))).length
    : -stops.filter((e) => after(e, here) && (e === target || after(target, e))).length;
}
"""
# A page that nobody has touched yet, whose navigation is skipped on the way into it.
NEW: Final = """
(target) => document.activeElement === document.body && Boolean(target.closest("main"))
"""
LEAVES: Final = """
(e) => Boolean(e.closest("a[href]") || (e.matches("button") && e.type === "submit" && e.form))
"""
GROUP: Final = """
(e) => {
  const all = [...document.querySelectorAll(`input[type=radio][name="${CSS.escape(e.name)}"]`)];
  return all.find((each) => each.checked) ?? all[0];
}
"""
OPTION: Final = (
    "(e, value) => [...e.options].findIndex((each) => each.value === value) - e.selectedIndex"
)


class Keys(Hand):
    """The same person, by keyboard alone."""

    @override
    async def click(self, what: Locator) -> None:
        await self._reach(what)
        if not await what.evaluate(LEAVES):
            await self.page.keyboard.press("Enter")
            return
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    @override
    async def fill(self, what: Locator, words: str) -> None:
        await self._reach(what)
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.press("Delete")
        await self.page.keyboard.type(words)

    @override
    async def check(self, what: Locator) -> None:
        if await what.get_attribute("type") != "radio":
            await self._reach(what)
            if not await what.is_checked():
                await self.page.keyboard.press("Space")
            return
        stop = (await what.evaluate_handle(GROUP)).as_element()
        assert stop is not None
        await self._reach(what, stop)
        for _ in range(MOST_CHOICES):
            if await what.is_checked():
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow leads to {what}")

    @override
    async def choose(self, what: Locator, value: str) -> None:
        await self._reach(what)
        by = await what.evaluate(OPTION, value)
        for _ in range(abs(by)):
            await self.page.keyboard.press("ArrowDown" if by > 0 else "ArrowUp")
        assert await what.input_value() == value

    async def _reach(self, what: Locator, stop: object = None) -> None:
        await what.wait_for()
        target = stop or await what.element_handle()
        if await self.page.evaluate(NEW, target):
            await self.page.keyboard.press("Tab")
            if await self.page.evaluate("document.activeElement.matches('.skip')"):
                await self.page.keyboard.press("Enter")
        by = await self.page.evaluate(STEPS, target)
        for _ in range(MOST_STEPS):
            assert by is not None, f"no key leads to {what}"
            for _ in range(abs(by)):
                await self.page.keyboard.press("Tab" if by > 0 else "Shift+Tab")
            left = await self.page.evaluate(STEPS, target)
            if not left:
                return
            by = 1 if left > 0 else -1  # what was counted wrongly, stop by stop
        raise AssertionError(f"the Tab key does not come to {what}")
