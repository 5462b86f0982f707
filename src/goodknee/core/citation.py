"""How a source is cited, and where it can be read."""

from __future__ import annotations

import re
from typing import Final

from goodknee.core.knowledge import Source

#: More authors than this are written as the first and "et al.".
MOST_AUTHORS: Final = 3
#: Kinds of source that nobody published: they are named by their kind and title.
UNPUBLISHED: Final = frozenset({"convention", "computed", "assumption"})
_PMC: Final = re.compile(r"\bPMC\d+\b")
_BOOKSHELF: Final = re.compile(r"\bNBK\d+\b")
_ADDRESS: Final = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}(/[^\s,]*)?(?=,|$)")


def citation(source: Source) -> str:
    """Return "Willy RW et al. (2019). Title. Journal 49(9):1-95."; what is not known is left out."""
    if source.kind in UNPUBLISHED:
        return f"{source.title.rstrip('.')}."
    authors = source.authors.split(", ")
    who = source.authors if len(authors) <= MOST_AUTHORS else f"{authors[0]} et al."
    signed = f"{who} ({source.year})" if source.year else who
    parts = (part.rstrip(".") for part in (signed, source.title, source.ref) if part != "-")
    return f"{'. '.join(parts)}."


def short_citation(source: Source) -> str:
    """Return "Willy 2019", or "Convention"; enough to find the source in a list."""
    if source.kind in UNPUBLISHED:
        return source.kind.capitalize()
    name = source.authors.split(",")[0].split("(")[0].strip()
    surname = name.rpartition(" ")[0] if name.split(" ")[-1].isupper() and " " in name else name
    return f"{surname or source.title} {source.year}" if source.year else surname or source.title


def url(source: Source) -> str | None:
    """Return where the source can be read: by DOI, PubMed or its own address; None when unknown."""
    if source.doi:
        return f"https://doi.org/{source.doi}"
    if source.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{source.pmid}/"
    if article := _PMC.search(source.ref):
        return f"https://www.ncbi.nlm.nih.gov/pmc/articles/{article[0]}/"
    if book := _BOOKSHELF.search(source.ref):
        return f"https://www.ncbi.nlm.nih.gov/books/{book[0]}/"
    address = _ADDRESS.match(source.ref)
    return f"https://{address[0]}" if address else None
