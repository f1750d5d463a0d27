"""The page of a simulation, written to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autoflow.app import Project
from autoflow.cli.report.page import About, render_report
from autoflow.lab.simulation.playing import Compared
from autoflow.lab.simulation.simulate import Simulation


def write_report(
    project: Project,
    file: Path,
    simulations: Sequence[Simulation],
    compared: Compared | None,
    *,
    samples: bool,
) -> str:
    """Write the page over whatever stood in the file; returns what to say of it. Without `samples` it names nobody."""
    settings, commit = project.workspace.settings, project.commit()
    about = About(
        name=settings.name or project.folder.absolute().name,
        zone=settings.timezone,
        made_at=project.clock.now(),
        segments={name: each.description for name, each in project.workspace.segments.items()},
        commit=commit,
        changed=bool(commit) and project.uncommitted(),
    )
    mail = project.trial().mail if samples else None
    page = render_report(simulations, compared, about, mail).encode("utf-8", "replace")
    file.write_bytes(page)
    return f"Report written to {file} ({-(-len(page) // 1000):,} kB)."
