"""MkDocs hook that adds pages from outside ``docs/`` and rewrites links between them.

Pages are written for a reader of the repository, so their links lead to files of the repository. On the site they must lead to pages.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files, InclusionLevel

ROOT = Path(__file__).parents[2]
OUTSIDE = {
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "CHANGELOG.md": "project/changelog.md",
    "LICENSE": "project/license.md",
    "benchmarks/RESULTS.md": "project/benchmarks.md",
    **{f"dags_examples/{path.name}": f"examples/{path.stem}.md" for path in (ROOT / "dags_examples").glob("*.py")},
}
"""Files outside ``docs/`` that are pages of the site, and where."""
WITHOUT_NAVIGATION = {"project/license.md"}
REPOSITORY = {place: path for path, place in OUTSIDE.items()}
LINK = re.compile(r"(\]\()([^)#:\s]+)((?:#[^)]*)?\))")
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def on_config(config: Any) -> Any:
    """Replace ``folder/*`` in the navigation by the pages of the folder."""
    config.nav = _expand(config.nav)
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages from outside ``docs/``."""
    for path, place in OUTSIDE.items():
        added = File.generated(config, place, content=_page(path))
        if place in WITHOUT_NAVIGATION:
            added.inclusion = InclusionLevel.NOT_IN_NAV
        files.append(added)
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Rewrite links to files outside ``docs/``, and the links of such files, as links to pages of the site."""
    place = page.file.src_uri
    written_at = REPOSITORY.get(place, f"docs/{place}")

    def link(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(written_at), found[2]))
        leads_to = OUTSIDE.get(target, target.removeprefix("docs/") if target.startswith("docs/") else None)
        if leads_to is None:
            return found[0]
        return f"{found[1]}{posixpath.relpath(leads_to, posixpath.dirname(place) or '.')}{found[3]}"

    parts = FENCE.split(markdown)
    return "".join(part if number % 2 else LINK.sub(link, part) for number, part in enumerate(parts))


def _expand(nav: list[Any]) -> list[Any]:
    expanded: list[Any] = []
    for item in nav:
        if isinstance(item, str) and item.endswith("/*"):
            expanded += _pages(item)
        elif isinstance(item, dict):
            ((title, inside),) = item.items()
            pages = _pages(inside) if isinstance(inside, str) and inside.endswith("/*") else inside
            expanded.append({title: _expand(pages) if isinstance(pages, list) else pages})
        else:
            expanded.append(item)
    return expanded


def _pages(pattern: str) -> list[str]:
    """Return the pages of a folder without its index."""
    folder = pattern.removesuffix("/*")
    inside = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs" / folder).glob("*.md")}
    outside = {place for place in OUTSIDE.values() if posixpath.dirname(place) == folder}
    return sorted((inside | outside) - {f"{folder}/index.md"})


def _page(path: str) -> str:
    text = (ROOT / path).read_text()
    if path.endswith(".py"):
        return f"# {Path(path).stem}\n\n```python\n{text}```\n"
    return text if path.endswith(".md") else f"# License\n\n```\n{text}```\n"
