"""A starter under another name, so that it can stand beside what has its names already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from types import MappingProxyType

from autoflow.language.scalars import NAME, slug
from autoflow.model.problems import AutoflowError
from autoflow.starters.catalogue import Starter, whole_words

# Attributes, events and stages are the shop's own words, the same to every recipe.
_OWN_SECTIONS = ("scores", "audiences")


def renamed(starter: Starter, name: str) -> Starter:
    """The starter as `name`: its recipe, and with it everything else that is its own. Names that begin with the
    starter's begin with the new one; others get it in front. Raises `AutoflowError` for what is no name.
    """
    if not NAME.fullmatch(name):
        message = f'"{name}" cannot be the name of a recipe: small letters, digits, - and _.'
        raise AutoflowError(message, f"For example --as {slug(name)}.")
    new = {old: _new_name(old, starter.name, name) for old in _own_names(starter)}
    pattern = whole_words(new)

    def rewritten(text: str) -> str:
        return pattern.sub(lambda found: new[found[0]], text)

    def path_of(path: str) -> str:
        place = PurePosixPath(path)
        return str(place.with_stem(new.get(place.stem, place.stem)))

    files = {
        path if path in starter.shared else path_of(path): text if path in starter.shared else rewritten(text)
        for path, text in starter.files.items()
    }
    return replace(
        starter,
        name=name,
        declares=rewritten(starter.declares),
        files=MappingProxyType(dict(sorted(files.items()))),
    )


def _own_names(starter: Starter) -> set[str]:
    own = {PurePosixPath(path).stem for path in starter.files if path not in starter.shared}
    declared = (starter.declared.get(section, {}) for section in _OWN_SECTIONS)
    return {starter.name, *own}.union(*(names.keys() for names in declared))


def _new_name(old: str, starter: str, name: str) -> str:
    rest = old.removeprefix(starter)
    return name + rest if len(rest) < len(old) and rest[:1] in {"", "-"} else f"{name}-{old}"
