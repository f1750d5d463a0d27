"""The wiring: a workspace, its store, a clock and channels become an engine.

Whatever opens a door (command line, daemon, demo, tests) goes through here; below this floor nothing reads the
time and nothing knows which channels there are.
"""

from autoflow.app.engine import Engine, open_post, secret, work_off
from autoflow.app.machine import holder_name
from autoflow.app.project import Project, Unsound

__all__ = ["Engine", "Project", "Unsound", "holder_name", "open_post", "secret", "work_off"]
