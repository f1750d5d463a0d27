"""A plan kept in a file, and what keeps it from being applied: another store, another release, other files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autoflow.language.names import listed
from autoflow.model.problems import AutoflowError
from autoflow.store.planned import Basis

VERSION = 1
_MARK = "autoflow_plan"
_ANEW = "Plan anew: autoflow plan --out FILE."


@dataclass(frozen=True)
class PlanFile:
    """What is applied, and upon what: `files` maps each file of the workspace to a hash of it, `existing` names the
    recipes into which those are let who match already, at the `pace` as it was written ("" for all at once).
    """

    basis: Basis
    files: Mapping[str, str]
    existing: tuple[str, ...] = ()
    pace: str = ""

    def text(self, made: Mapping[str, Any]) -> str:
        """The file; with it stands the plan as `--json` prints it, for people."""
        whole = {
            _MARK: VERSION,
            "store": self.basis.store,
            "applied": self.basis.release,
            "applied_files": self.basis.files,
            "files": dict(sorted(self.files.items())),
            "include_existing": list(self.existing),
            "pace": self.pace or None,
            "plan": dict(made),
        }
        return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def read_plan(name: str, text: str) -> PlanFile:
    """The plan in a file; raises `AutoflowError` where there is none that this autoflow could apply."""
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if not isinstance(whole, dict) or not isinstance(whole.get(_MARK), int):
        raise AutoflowError(f"{name} is not a plan.", "`autoflow plan --out FILE` makes one.")
    if whole[_MARK] > VERSION:
        raise AutoflowError(f"{name} was made by a newer autoflow.", "Apply it with that one, or plan anew.")
    try:
        return PlanFile(
            Basis(_text(whole["store"]), int(whole["applied"]), _text(whole["applied_files"])),
            {str(path): _text(digest) for path, digest in whole["files"].items()},
            tuple(map(_text, whole["include_existing"])),
            _text(whole["pace"] or ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise AutoflowError(f"{name} is not a whole plan: something of it is missing.", _ANEW) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def check_basis(planned: PlanFile, now: Basis) -> None:
    """Raise `AutoflowError` where the plan was made upon another store or another release."""
    then = planned.basis
    if then.store != now.store:
        raise AutoflowError(
            "This is a plan of another store, so nothing was changed.",
            "Apply it where it was made, or plan anew here.",
        )
    if (then.release, then.files) != (now.release, now.files):
        was = f"release {then.release} was" if then.release else "nothing was"
        raise AutoflowError(
            f"The plan is stale: it was made when {was} applied, and now it is release {now.release}."
            " Nothing was changed.",
            _ANEW,
        )


def check_files(planned: PlanFile, files: Mapping[str, str]) -> None:
    """Raise `AutoflowError` where the workspace holds other files than those planned."""
    other = sorted(path for path in {*files, *planned.files} if files.get(path) != planned.files.get(path))
    if other:
        raise AutoflowError(
            f"The files are not those that were planned: {listed(other, 5)} {_differs(other)}."
            " Nothing was changed.",
            f"Bring them back to what was planned. Or {_ANEW[0].lower()}{_ANEW[1:]}",
        )


def _differs(paths: list[str]) -> str:
    return "differs" if len(paths) == 1 else "differ"
