"""Documents for the demo's filings, made on the spot: drawings, views of a design, excerpts of source code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ipplatform.demo.reading import CONTENT
from ipplatform.foundation import fonts

PDF = "application/pdf"

_FRAME = """
#set document(title: data.title, date: none)
#set page(width: 210mm, height: 297mm, margin: 25mm, footer: align(center, text(9pt, context counter(page).display())))
#set text(font: ("Noto Serif CJK SC", "Libertinus Serif"), size: 11pt, lang: data.language)
#align(center, text(13pt, data.title))
#v(12mm)
"""

_DRAWING = """
#let box(number, label) = block(breakable: false, stack(dir: ltr, spacing: 6mm,
  rect(width: 62mm, height: 15mm, radius: 1.5mm, stroke: 0.9pt, align(center + horizon, label)),
  align(horizon, block(height: 15mm, align(horizon, stack(dir: ltr, spacing: 2mm,
    line(length: 12mm, stroke: 0.5pt), text(12pt, str(number))))))))
#let arrow = block(height: 11mm, pad(left: 31mm, stack(
  line(angle: 90deg, length: 8mm, stroke: 0.9pt),
  move(dx: -1.5mm, polygon(fill: black, (0mm, 0mm), (3mm, 0mm), (1.5mm, 3mm))))))
#pad(left: 38mm, stack(..data.parts.enumerate().map(((place, label)) =>
  if place == 0 { box(1, label) } else { stack(arrow, box(place + 1, label)) })))
#v(10mm)
#align(center, data.caption)
"""

_EXCERPT = """
#set text(font: ("DejaVu Sans Mono", "Noto Sans CJK SC"), size: 8.5pt)
#raw(data.code, block: true)
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A document ready to be received: where it goes, its name and bytes."""

    role: str
    name: str
    content: bytes


def documents_of(asset: dict[str, Any]) -> list[Made]:
    """What the asset's filing needs."""
    return list(_MAKERS.get(asset["kind"], _drawings)(asset))


def _drawings(asset: dict[str, Any]) -> Iterable[Made]:
    if "figures" in asset:
        name = "附图.pdf" if asset["language"] == "zh" else "drawings.pdf"
        yield Made("drawings", name, drawing(asset["title"], asset["language"], asset["figures"]))


def _views(asset: dict[str, Any]) -> Iterable[Made]:
    names = {"zh": "视图.pdf", "en": "views.pdf"}
    source = _FRAME + (CONTENT / "shapes.typ").read_text(encoding="utf-8")
    drawn = _compile(source, title=asset["title"], language=asset["language"], shape=asset["shape"])
    yield Made("views", names[asset["language"]], drawn)


def _source(asset: dict[str, Any]) -> Iterable[Made]:
    chinese = asset["language"] == "zh"
    title = f"{asset['title']} {asset['version']}"
    content = _compile(_FRAME + _EXCERPT, title=title, language=asset["language"], code=_code(asset))
    yield Made("source", "源程序节选.pdf" if chinese else "source-excerpt.pdf", content)
    manual = _compile(_FRAME + "#data.text", title=title, language=asset["language"], text=asset["abstract"].strip())
    yield Made("manual", "用户手册.pdf" if chinese else "manual.pdf", manual)


_MAKERS = {"design": _views, "software": _source}


def drawing(title: str, language: str, parts: list[str]) -> bytes:
    """A page with one figure: its parts as numbered boxes, one below the other."""
    caption = "图 1" if language == "zh" else "Figure 1"
    return _compile(_FRAME + _DRAWING, title=title, language=language, parts=parts, caption=caption)


def _code(asset: dict[str, Any]) -> str:
    """Lines that look like an excerpt; they do nothing."""
    name = asset["key"].replace("-", "_")
    return "\n".join(
        f"def {name}_{step}(entries):\n"
        f'    """Step {step} of {name}, version {asset["version"]}."""\n'
        f"    for entry in entries:\n"
        f"        if entry.weight > {step * 7 % 23}:\n"
        f"            yield entry.reduced(by={step})\n"
        for step in range(1, 9)
    )


def _compile(source: str, **data: Any) -> bytes:
    import typst

    given = f"#let data = json(bytes({json.dumps(json.dumps(data))}))\n"
    result: bytes = typst.compile((given + source).encode(), font_paths=fonts.installed())
    return result
