"""Write a report: every page is made before the first is written, so that there is a whole report or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from cusum.errors import InvalidData, InvalidParameter
from cusum.language import get_language
from cusum.report.embedding import plotly_script
from cusum.report.key_file import check_key_file, write_key_file
from cusum.report.masking import name_mask
from cusum.report.privacy import name_pseudonyms, pseudonymise_cohort, read_key
from cusum.report.rendering import Renderer
from cusum.report.site import Site
from cusum.work import Progress, progress_reporter

if TYPE_CHECKING:
    from cusum.cohort import Cohort

__all__ = ["ReportPaths", "write_report"]

_LIST = "assets/files.json"
_WORKBOOK = "tables.xlsx"
_NO_FILE = ""
_Step = tuple[str, str, Callable[[], bytes]]


@dataclass(frozen=True)
class ReportPaths:
    """Where the parts of a report lie.

    Parameters
    ----------
    folder, index, quality, methods, workbook, assets : pathlib.Path
        The folder, its front page, the two pages about the data and the methods, the workbook and the folder of
        scripts and styles.
    trainees, departments, procedures : dict of str to pathlib.Path
        Page of each, by its name in the report.
    """

    folder: Path
    index: Path
    trainees: dict[str, Path]
    departments: dict[str, Path]
    procedures: dict[str, Path]
    quality: Path
    methods: Path
    workbook: Path
    assets: Path

    def __repr__(self) -> str:
        """Say in one line what was written."""
        return (
            f"ReportPaths({str(self.index)!r}, {len(self.trainees)} trainees, {len(self.departments)} departments, "
            f"{len(self.procedures)} procedures)"
        )


def write_report(
    cohort: Cohort,
    folder: str | Path,
    *,
    language: str = "da",
    pseudonymise: bool = False,
    progress: bool | Progress = True,
    key: str | bytes | None = None,
    models: bool = True,
    key_file: str | Path | None = None,
) -> ReportPaths:
    """Write the pages, the workbook and what they need into a folder that works without a network.

    Parameters
    ----------
    cohort : Cohort
        From :func:`cusum.analyse`.
    folder : str or Path
        Where to write; made where it does not exist. Pages that an earlier report left there are removed, other files
        are left alone.
    language : {"da", "en"}, default "da"
        Language of pages and workbook.
    pseudonymise : bool, default False
        Whether the trainees appear under keyed pseudonyms. The key is never written into the folder, nor is the
        mapping.
    progress : bool or Progress, default True
        A callback ``progress(done, total, what)``; ``True`` draws a bar on the error stream if that is a terminal.
    key : str or bytes, optional
        Secret for the pseudonyms, at least 16 bytes. Without it the environment variable ``CUSUM_PSEUDONYM_KEY`` is
        used, and without that a key is made once and kept among the user's own settings.
    models : bool, default True
        Whether learning curves are fitted; they take most of the time.
    key_file : str or Path, optional
        With `pseudonymise`: a file outside `folder` for the list of names and pseudonyms, which is personal data. It is
        never written unasked.

    Returns
    -------
    ReportPaths
        Where everything lies.

    Raises
    ------
    InvalidData
        If the cohort has no trainee.
    InvalidParameter
        If there is no such language, or `folder` cannot be written to.
    PrivacyError
        If the key is too short or would lie inside `folder`, or the list of names would.

    Notes
    -----
    The same cohort and options give the same bytes. A figure that cannot be drawn stops the report.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from cusum import analyse, read_registrations, simulate_registrations
    >>> cohort = analyse(read_registrations(simulate_registrations(trainees=1, seed=3).table))
    >>> with TemporaryDirectory() as folder:
    ...     paths = write_report(cohort, folder, progress=False)
    ...     print(paths.index.name, len(paths.trainees), sorted(paths.procedures)[:2])
    index.html 1 ['arterial_line', 'block']
    """
    from cusum.figures.plain import plain_figures

    words = get_language(language)
    target = Path(folder)
    if cohort.trainees.empty:
        raise InvalidData("there is no trainee to report on", remedy="Look at the rejected rows: cusum check FILE.")
    names = None if key_file is None else check_key_file(key_file, target, pseudonymise=pseudonymise)
    mapping: dict[str, str] = {}
    if pseudonymise:
        secret = read_key(target, key=key)
        mapping = name_pseudonyms(cohort, secret)
        cohort = pseudonymise_cohort(cohort, secret)
    site = Site(cohort, words, pseudonymise, models, hide=name_mask(mapping) if mapping else str)
    files: dict[str, bytes] = {}
    with progress_reporter(progress, words.text("Writing the report")) as tell, plain_figures():
        steps = list(_steps(site))
        for done, (path, what, make) in enumerate(steps):
            tell(done, len(steps), what)
            files[path] = make()
        tell(len(steps), len(steps), words.text("Workbook"))
    files.pop(_NO_FILE, None)
    _store(target, files)
    if names is not None:
        write_key_file(names, mapping)
    return _paths(target, site)


def _steps(site: Site) -> Iterator[_Step]:
    """List what is to be made: path, words for the progress, and the function that makes it."""
    text = site.language.text
    yield from _models(site)
    yield from _person_pages(site)
    yield from _front_pages(site)
    yield _WORKBOOK, text("Workbook"), lambda: _workbook(site)
    yield "assets/plotly.min.js", text("Assets"), plotly_script
    yield "assets/theme.js", text("Assets"), lambda: site.embedding.theme_script().encode("utf-8")
    for name in ("style.css", "report.js"):
        yield f"assets/{name}", text("Assets"), (resources.files("cusum.report") / "assets" / name).read_bytes


def _models(site: Site) -> Iterator[_Step]:
    """List the learning curves to be fitted; they leave no file, and each takes seconds."""
    if not site.models:
        return

    def fitter(procedure: str) -> Callable[[], bytes]:
        def fit() -> bytes:
            site.findings.learning(procedure)
            return b""

        return fit

    for procedure in site.procedures:
        name = site.language.text("Learning curve: {procedure}", procedure=site.name(procedure))
        yield _NO_FILE, name, fitter(procedure)


def _person_pages(site: Site) -> Iterator[_Step]:
    """List the pages of trainees, departments and procedures."""
    from cusum.report.pages.department import department_page
    from cusum.report.pages.procedure import procedure_page
    from cusum.report.pages.trainee import trainee_page

    renderer = Renderer(site)
    kinds = (
        ("trainee.html", site.trainees, trainee_page, str),
        ("department.html", site.departments, department_page, site.department),
        ("procedure.html", site.procedures, procedure_page, site.name),
    )
    for template, pages, gather, words in kinds:
        for name, path in pages.items():
            yield path, words(name), _maker(renderer, template, path, partial(gather, site, name))


def _front_pages(site: Site) -> Iterator[_Step]:
    """List the pages that stand in the menu."""
    from cusum.report.pages.index import index_page
    from cusum.report.pages.methods import methods_page
    from cusum.report.pages.quality import quality_page

    text = site.language.text
    renderer = Renderer(site)
    yield (
        "quality.html",
        text("Data quality"),
        _maker(renderer, "quality.html", "quality.html", partial(quality_page, site)),
    )
    yield "methods.html", text("Methods"), _maker(renderer, "methods.html", "methods.html", partial(methods_page, site))
    yield "index.html", text("Overview"), _maker(renderer, "index.html", "index.html", partial(index_page, site))


def _maker(
    renderer: Renderer, template: str, path: str, gather: Callable[[], dict[str, object]]
) -> Callable[[], bytes]:
    """Tie a page's content to its template."""
    return lambda: renderer.page(template, path, gather())


def _workbook(site: Site) -> bytes:
    """Make the workbook."""
    from cusum.report.workbook import workbook_bytes

    return workbook_bytes(site)


def _store(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files, and remove those of an earlier report that are not written again."""
    names = sorted([*files, _LIST])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in _earlier(folder):
            if old not in names:
                (folder / old).unlink(missing_ok=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (folder / _LIST).write_text(json.dumps(names, indent=0) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise InvalidParameter(
            "the report cannot be written to {folder}: {reason}",
            remedy="Choose a folder that you may write to, and close the workbook if it is open in another program.",
            folder=folder,
            reason=error.strerror or error,
        ) from error


def _earlier(folder: Path) -> list[str]:
    """List the files of an earlier report in this folder, as that report listed them."""
    try:
        listed = json.loads((folder / _LIST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return []
    base = folder.resolve()
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    return [name for name in names if (base / name).resolve().is_relative_to(base)]


def _paths(folder: Path, site: Site) -> ReportPaths:
    """Say where everything lies."""
    return ReportPaths(
        folder=folder,
        index=folder / "index.html",
        trainees={name: folder / path for name, path in site.trainees.items()},
        departments={name: folder / path for name, path in site.departments.items()},
        procedures={name: folder / path for name, path in site.procedures.items()},
        quality=folder / "quality.html",
        methods=folder / "methods.html",
        workbook=folder / _WORKBOOK,
        assets=folder / "assets",
    )
