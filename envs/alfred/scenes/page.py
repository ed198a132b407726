"""The page that shows how good the rebuilt rooms are."""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1580px; padding: 0 1rem }
table { border-collapse: collapse } td, th { padding: .15rem .7rem; text-align: left }
tr:nth-child(even) { background: #f3f3f3 } td.n { text-align: right }
img { max-width: 100%; display: block; margin: .5rem 0 }
.recorded { color: #d0109a } .ours { color: #0a8fa8 } .doubt { color: #a33 }
"""

HEADINGS = ("room", "", "recordings", "pieces", "seen", "median IoU", "doubtful", "s to build")


def write_page(
    path: Path,
    reports: Sequence[Mapping[str, Any]],
    *,
    errors: Mapping[str, str],
    fit: str,
    pictures: str,
) -> None:
    """Write the page.

    Args:
        path: The page's file.
        reports: A report for each room, as `RoomBuilder` writes them.
        errors: Floor plan to why it could not be built.
        fit: What rooms were fitted from.
        pictures: Folder of the rooms' pictures, beside the page.
    """
    rooms = "\n".join(_room(report, pictures) for report in reports)
    failed = "".join(
        f"<p class=doubt>{html.escape(name)}: {html.escape(why)}</p>"
        for name, why in errors.items()
    )
    body = f"""<!doctype html>
<html lang=en><meta charset=utf-8><title>ALFRED, reconstructed scenes</title>
<style>{STYLE}</style>
<h1>ALFRED, reconstructed scenes</h1>
<p>{len(reports)} rooms, fitted from {html.escape(fit)}. IoU is that of recorded masks and our
pictures at the recorded poses, over the very recordings that the rooms were fitted from: it finds
what is doubtful, and says nothing of what was held out. Below: each room from above, and pieces of
it from the best to the worst, <b class=recorded>recorded mask</b> and <b class=ours>ours</b>.</p>
{failed}
<table><tr>{"".join(f"<th>{heading}" for heading in HEADINGS)}</tr>
{"".join(map(_row, reports))}</table>
{rooms}
</html>
"""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, "utf-8")


def _doubtful(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [piece for piece in report["pieces"] if piece["doubt"]]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _row(report: Mapping[str, Any]) -> str:
    name = html.escape(report["floor_plan"])
    label = "" if report["label"] == "reconstructed" else f"<b>{html.escape(report['label'])}</b>"
    cells = (
        report["trajectories"],
        len(report["pieces"]),
        f"{report['coverage']:.0%}",
        _number(report["iou"]),
        len(_doubtful(report)),
        f"{report['built_s']:.1f}",
    )
    numbers = "".join(f"<td class=n>{cell}" for cell in cells)
    return f"<tr><td><a href=#{name}>{name}</a><td>{label}{numbers}</tr>\n"


def _room(report: Mapping[str, Any], pictures: str) -> str:
    name = html.escape(report["floor_plan"])
    rows = "".join(
        f"<tr class=doubt><td>{html.escape(piece['name'])}<td class=n>{piece['sightings']}"
        f"<td class=n>{_number(piece['iou'])}<td>{html.escape(piece['doubt'])}</tr>\n"
        for piece in _doubtful(report)
    )
    movables = [piece for piece in report["movables"] if piece["iou"] is not None]
    poor = sum(bool(piece["doubt"]) for piece in movables)
    return f"""<h2 id={name}>{name}: {html.escape(report["label"])}</h2>
<img loading=lazy src="{pictures}/{name}.jpg" alt="{name} from above; recorded masks over renders">
<p>{report["cells"]} cells to stand on; {len(movables)} of {len(report["movables"])} movable objects
seen at their start, {poor} of them drawn elsewhere.</p>
<details><summary>{len(_doubtful(report))} doubtful pieces of {len(report["pieces"])}</summary>
<table><tr><th>piece<th>masks<th>IoU<th>why</tr>
{rows}</table></details>"""
