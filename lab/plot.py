"""All runs of one scenario as a strip a setup, on a logarithmic axis: an SVG, by hand."""

import math
from xml.sax.saxutils import escape

from .table import WITH, order

LEFT, RIGHT, TOP, ROW, BOTTOM = 92, 20, 62, 34, 40
WIDTH = 860
FIRST, LAST = 0, 6  # decades of milliseconds: 1 ms to 1000 s
DECADES = ["1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s", "1000 s"]
COLOUR = {True: "#1763a8", False: "#c8551b"}
LANE = {True: 11, False: 23}  # below the row's upper edge


def x(value_ms):
    place = (math.log10(max(value_ms, 1)) - FIRST) / (LAST - FIRST)
    return LEFT + min(max(place, 0), 1) * (WIDTH - LEFT - RIGHT)


def text(at_x, at_y, words, anchor="start", size=12, colour="#222"):
    return (f'<text x="{at_x:.1f}" y="{at_y:.1f}" text-anchor="{anchor}" font-size="{size}" '
            f'fill="{colour}">{escape(words)}</text>')


def mark(run, at_y):
    """A dot; for what never came an arrow from where the looking on ended."""
    colour = COLOUR[run["zanycast"]]
    if run["took_ms"] is not None:
        filled = colour if run["zanycast"] else "none"
        return (f'<circle cx="{x(run["took_ms"]):.1f}" cy="{at_y}" r="4" fill="{filled}" '
                f'fill-opacity="0.55" stroke="{colour}" stroke-width="1.3"/>')
    end = x(run["watched_s"] * 1000)
    return (f'<path d="M{end:.1f} {at_y} h26 m-6 -4 l6 4 l-6 4" fill="none" stroke="{colour}" '
            'stroke-width="1.6"/>')


def legend():
    yield f'<circle cx="{LEFT + 6}" cy="42" r="4" fill="{COLOUR[True]}" fill-opacity="0.55"/>'
    yield text(LEFT + 16, 46, "with zanycast")
    yield (f'<circle cx="{LEFT + 126}" cy="42" r="4" fill="none" stroke="{COLOUR[False]}" '
           'stroke-width="1.3"/>')
    yield text(LEFT + 136, 46, "without")
    yield f'<path d="M{LEFT + 196} 42 h26 m-6 -4 l6 4 l-6 4" fill="none" stroke="#222"/>'
    yield text(LEFT + 230, 46, "not within the time that was looked on")


def strips(title, runs, setups=()):
    """The SVG's text. runs: those of one scenario that have figures."""
    setups = order((r["setup"] for r in runs), setups)
    height = TOP + ROW * len(setups) + BOTTOM
    foot = TOP + ROW * len(setups)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           'font-family="sans-serif">', f"<title>{escape(title)}</title>",
           f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>', text(8, 22, title, size=15),
           *legend()]
    for n, name in enumerate(setups):
        if n % 2 == 0:
            out.append(f'<rect x="0" y="{TOP + n * ROW}" width="{WIDTH}" height="{ROW}" '
                       'fill="#f3f3f0"/>')
        out.append(text(LEFT - 10, TOP + n * ROW + 21, name, "end"))
    for n, words in enumerate(DECADES):
        at = x(10 ** n)
        out.append(f'<path d="M{at:.1f} {TOP} V{foot}" stroke="#bbb" stroke-width="0.7"/>')
        out.append(text(at, foot + 16, words, "end" if n == LAST else "middle", 11))
    out.append(text(LEFT, foot + 33, "from the blow to the other site's first answer", size=11,
                    colour="#555"))
    for run in runs:
        if run["zanycast"] in WITH:
            out.append(mark(run, TOP + setups.index(run["setup"]) * ROW + LANE[run["zanycast"]]))
    return "\n".join(out) + "\n</svg>\n"
