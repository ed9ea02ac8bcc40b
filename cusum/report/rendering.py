"""Fill the templates: escaped throughout, and an unknown name is an error and not a gap."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from cusum.report.table import Cell

if TYPE_CHECKING:
    from jinja2 import Environment

    from cusum.report.site import Site

__all__ = ["Renderer"]


class Renderer:
    """Writes the pages of one report.

    Parameters
    ----------
    site : Site
        The report.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._environment = _environment(site)

    def page(self, template: str, path: str, context: dict[str, Any]) -> bytes:
        """Write one page.

        Parameters
        ----------
        template : str
            Name of the template.
        path : str
            Where the page will lie, relative to the report's folder.
        context : dict
            What the template shows.

        Returns
        -------
        bytes
            The page, UTF-8.
        """
        root = "../" * path.count("/")
        found = self._environment.get_template(template)
        text = found.render(root=root, path=path, has_figures="figure" in context, **context)
        return text.encode("utf-8")


def _environment(site: Site) -> Environment:
    """Set up the templates for a report."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = resources.files("cusum.report") / "templates"
    environment = Environment(
        loader=FileSystemLoader(str(folder)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        t=site.language.text,
        language=site.language.code,
        site=site,
        share=_share,
        order=_order,
    )
    environment.filters["shape"] = lambda code: code.replace("_", "-")
    return environment


def _share(value: float) -> str:
    """Write a share as a length for a style."""
    return f"{100 * min(max(value, 0.0), 1.0):.1f}%"


def _order(cell: Cell) -> str:
    """Write what a cell is sorted by."""
    return f"{cell.order:g}" if isinstance(cell.order, (int, float)) else str(cell.order)
