"""A bar chart of rates on a logarithmic scale, as SVG; readable on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from bench.compare.figures import OURS, Series

WIDTH, LEFT, RIGHT = 860, 190, 90
BAR, GAP, GROUP_GAP, TOP, BOTTOM = 16, 4, 30, 20, 34
_STYLE = """
text { font: 13px sans-serif; fill: #24292f } .work { font-weight: bold } .tick { fill: #6e7781; font-size: 11px }
.grid { stroke: #d0d7de } .ours { fill: #0969da } .other { fill: #8c959f }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .tick { fill: #8b949e } .grid { stroke: #30363d }
.ours { fill: #2f81f7 } .other { fill: #6e7681 } }
"""


def scale(value: float, least: float, most: float) -> float:
    """Where on the axis, from 0 to 1."""
    if value <= least:
        return 0.0
    return min(math.log(value / least) / math.log(most / least), 1.0)


def decades(values: Sequence[float]) -> tuple[float, float]:
    """Powers of ten around all values, at least one decade apart."""
    least = 10.0 ** math.floor(math.log10(min(values)))
    most = 10.0 ** math.ceil(math.log10(max(values)))
    return least, max(most, least * 10)


def bar_chart(all_series: Sequence[Series], title: str) -> str:
    """A group of bars per work. Series without a rate are left out; without any, an empty picture."""
    known = [series for series in all_series if series.rate]
    least, most = decades([series.rate or 1.0 for series in known] or [1.0])
    room, parts, y = WIDTH - LEFT - RIGHT, [], float(TOP)
    work = None
    for series in known:
        if series.work != work:
            work = series.work
            y += GROUP_GAP
            parts.append(f'<text class="work" x="8" y="{y - 8:.0f}">{escape(work)}</text>')
        rate = series.rate or 0.0
        length = max(room * scale(rate, least, most), 1.0)
        kind = "ours" if series.contender == OURS else "other"
        parts += [f'<text x="{LEFT - 8}" y="{y + 12:.0f}" text-anchor="end">{escape(series.contender)}</text>',
                  f'<rect class="{kind}" x="{LEFT}" y="{y:.0f}" width="{length:.1f}" height="{BAR}"/>',
                  f'<text x="{LEFT + length + 6:.1f}" y="{y + 12:.0f}">{rate:,.0f}</text>']
        y += BAR + GAP
    ticks, value = [], least
    while value <= most * 1.001:
        x = LEFT + room * scale(value, least, most)
        ticks += [f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{y + 4:.0f}"/>',
                  f'<text class="tick" x="{x:.1f}" y="{y + 20:.0f}" text-anchor="middle">{value:,.0f}</text>']
        value *= 10
    height = y + BOTTOM
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
            f'viewBox="0 0 {WIDTH} {height:.0f}" role="img">\n<title>{escape(title)}</title>\n'
            f"<style>{_STYLE}</style>\n" + "\n".join([*ticks, *parts]) + "\n</svg>\n")
