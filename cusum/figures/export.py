"""Figures as pieces of a page and as image files."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from cusum.errors import InvalidParameter, MissingDependency
from cusum.figures.alt_text import alt_text
from cusum.figures.theme import FONT
from cusum.language import get_language, msgid

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["html_fragment", "plotly_script", "write_html", "write_image", "write_page"]

_CONFIG = {"displaylogo": False, "displayModeBar": False, "responsive": True, "showTips": False}
_STYLE = (
    f"body{{font:16px/1.5 {FONT};color:#000;background:#fff;max-width:70rem;margin:1.5rem auto;padding:0 1rem}}"
    "h1{font-size:1.5rem}.said{max-width:46rem}table{border-collapse:collapse;margin:1rem 0}"
    "th{text-align:left;font-weight:400;padding:.2rem 1.5rem .2rem 0}"
    "td{text-align:right;padding:.2rem 0;white-space:nowrap}"
    "tr{border-bottom:1px solid #e6e6e6}.cusum-figure{margin:2rem 0;break-inside:avoid}"
)


def html_fragment(figure: go.Figure, div_id: str) -> str:
    """Turn a figure into a piece of HTML for a page that has plotly's script already.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        The figure.
    div_id : str
        Identifier on the page: letters, digits, ``-`` and ``_``, not used for anything else there.

    Returns
    -------
    str
        An element with the text alternative as its label; the same figure and identifier give the same text.

    Raises
    ------
    InvalidParameter
        If the identifier has other characters.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> 'id="curve-1"' in html_fragment(go.Figure(), "curve-1")
    True
    """
    if not div_id or not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in div_id):
        raise InvalidParameter("div_id is {value!r}", expected="letters, digits, - and _", value=div_id)
    inner = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=div_id,
        config=_CONFIG,
        default_height=f"{figure.layout.height or 450}px",
    )
    return f'<div class="cusum-figure" role="img" aria-label="{escape(alt_text(figure))}">{inner}</div>'


def plotly_script() -> str:
    """Give plotly's own script, to be put into a page once.

    Returns
    -------
    str
        JavaScript, about 5 MB.

    Examples
    --------
    >>> len(plotly_script()) > 1_000_000
    True
    """
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def write_html(figure: go.Figure, path: str | Path, *, language: str = "en") -> Path:
    """Save a figure as a page of its own that needs no network.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        The figure.
    path : str or pathlib.Path
        Where to.
    language : {"en", "da"}, default "en"
        Language of the page.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InvalidParameter
        If there is no such language.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_html(go.Figure(), Path(folder) / "figure.html").name
    'figure.html'
    """
    return write_page([figure], path, title=str(figure.layout.title.text or "cusum"), language=language)


def write_page(
    figures: Sequence[go.Figure],
    path: str | Path,
    *,
    title: str,
    language: str = "en",
    paragraphs: Sequence[str] = (),
    rows: Sequence[tuple[str, str]] = (),
) -> Path:
    """Save several figures, below each other, as a page of its own that needs no network.

    Parameters
    ----------
    figures : sequence of plotly.graph_objects.Figure
        The figures.
    path : str or pathlib.Path
        Where to.
    title : str
        Title of the page.
    language : {"en", "da"}, default "en"
        Language of the page.
    paragraphs : sequence of str, default ()
        Sentences above the figures, below the title.
    rows : sequence of (str, str), default ()
        A table of two columns below the sentences.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InvalidParameter
        If there is no such language.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     page = write_page([go.Figure(), go.Figure()], Path(folder) / "two.html", title="Two")
    ...     page.read_text(encoding="utf-8").count('class="cusum-figure"')
    2
    """
    words = get_language(language)
    names = ["figure"] if len(figures) == 1 else [f"figure-{number}" for number in range(1, len(figures) + 1)]
    parts = "\n".join(html_fragment(figure, name) for figure, name in zip(figures, names, strict=True))
    page = (
        f'<!DOCTYPE html>\n<html lang="{words.code}">\n<head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f"<script>{plotly_script()}</script></head>\n<body>{_above(title, paragraphs, rows)}{parts}</body>\n</html>\n"
    )
    file = Path(path)
    file.write_text(page, encoding="utf-8", newline="\n")
    return file


def _above(title: str, paragraphs: Sequence[str], rows: Sequence[tuple[str, str]]) -> str:
    """Put the title, the sentences and the table in front of the figures, where there are any."""
    if not paragraphs and not rows:
        return ""
    said = "".join(f"<p>{escape(line)}</p>" for line in paragraphs)
    lines = "".join(f'<tr><th scope="row">{escape(what)}</th><td>{escape(value)}</td></tr>\n' for what, value in rows)
    table = f"<table>\n{lines}</table>" if rows else ""
    return f'<style>{_STYLE}</style>\n<h1>{escape(title)}</h1>\n<div class="said">{said}{table}</div>\n'


def write_image(figure: go.Figure, path: str | Path, *, width: int = 1100, scale: float = 2.0) -> Path:
    """Save a figure as PNG, SVG or PDF, for a paper or a talk.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        The figure.
    path : str or pathlib.Path
        Where to; the ending says which kind.
    width : int, default 1100
        Width in pixels.
    scale : float, default 2.0
        Pixels in the file for each pixel of the figure.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    MissingDependency
        If kaleido, or the browser that it needs, is missing.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> write_image(go.Figure(), "figure.png", width=900)  # doctest: +SKIP
    """
    from importlib.util import find_spec

    remedy = msgid("Install kaleido and a Chrome or Chromium browser, or save the figure as HTML.")
    if find_spec("kaleido") is None:
        raise MissingDependency("images are made by kaleido, which is not installed", remedy=remedy)
    try:
        figure.write_image(str(path), width=width, scale=scale)
    except RuntimeError as error:
        raise MissingDependency("kaleido found no browser to make images with", remedy=remedy) from error
    return Path(path)
