"""`why` for one contact: which recipes are asked about, by which definitions, and as of when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from autoflow.core.compiling import compile_program
from autoflow.core.program import Program
from autoflow.lab.why.gate import mails_of
from autoflow.lab.why.traces import Traces
from autoflow.lab.why.why import RUNNING, TURNED_AWAY, WAS_IN, Answer, answer, look
from autoflow.language.definitions import Recipe, Workspace
from autoflow.model.contact import Record
from autoflow.model.problems import AutoflowError, did_you_mean
from autoflow.store.database import Database
from autoflow.store.definitions import latest_release, program_of
from autoflow.store.person import Person, read_person
from autoflow.store.releases import Origin, origins, release_at, versions_of
from autoflow.store.retention import ago
from autoflow.store.standing import standing

IN_FILES_ALONE, OTHER_IN_FILES, DELETED, LATER = "in_files_alone", "other_in_files", "deleted", "later"


@dataclass(frozen=True)
class Files:
    """The files as they lie in the folder, and what fills them in; `workspace` is None where they have mistakes."""

    workspace: Workspace | None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Why:
    """What there is to say of whoever was `typed`. `at` is the instant of every answer; `then`: somebody asked for it.

    `release` is the one that was in force, `pending` one that is applied and not yet reached. `record` is None where
    nothing was known of the contact then. Refusals of before `told_from` have been let go (None: none has). `asked` is
    the recipe or the mail that was asked about ("": every recipe but drafts), `is_mail` says which, and `twin` that a
    mail has the recipe's name. `files` says of a recipe that it is not what is (or was) in force, by one of the words
    above. `origins` has every release, `brought` the release of each version of a recipe.
    """

    person: Person
    at: int
    then: bool
    release: int
    pending: int | None
    zone: str
    record: Record | None
    typed: str = ""
    told_from: int | None = None
    answers: list[Answer] = field(default_factory=list)
    asked: str = ""
    is_mail: bool = False
    twin: bool = False
    files: dict[str, str] = field(default_factory=dict)
    origins: dict[int, Origin] = field(default_factory=dict)
    brought: dict[str, dict[int, int]] = field(default_factory=dict)

    @property
    def own_zone(self) -> str:
        """The contact's zone, else the project's."""
        zone = self.record.attributes.get("timezone") if self.record is not None else None
        return str(zone) if zone else self.zone


def why(database: Database, files: Files, who: str, what: str | None, at: int | None, now: int) -> Why:
    """Why `who` got, or did not get, the recipe or mail called `what`; of every recipe but drafts where that is None.

    `at` is an instant of the past. Raises `AutoflowError` where there is no such contact, recipe or template.
    """
    person = read_person(database, who, now)
    reached, latest = standing(database).release, latest_release(database)
    instant = person.as_of if at is None else min(at, person.as_of)
    release = reached if at is None else min(reached, release_at(database, instant))
    asking = _Asking(database, files, person, instant, release, reached, then=at is not None)
    found = Why(
        person,
        instant,
        at is not None,
        release,
        latest if latest != reached else None,
        asking.zone,
        asking.record(asking.program),
        origins=origins(database),
        typed=who.strip(),
    )
    first, told_from = found.origins.get(1), asking.told_from()
    if first is not None and told_from is not None and first.at < told_from:
        found.told_from = told_from
    name, found.is_mail = asking.named(what)
    found.asked, found.twin = name, not found.is_mail and name in asking.workspace.templates
    for recipe, word in asking.recipes(name, is_mail=found.is_mail):
        if word:
            found.files[recipe.id] = word
        brought = found.brought[recipe.id] = versions_of(database, recipe.id)
        if brought:
            asking.traces.since[recipe.id] = found.origins[min(brought.values())].at
        found.answers.append(asking.answer(found, recipe, word))
    if not name:
        found.answers.sort(key=_rank)
    return found


def _rank(each: Answer) -> tuple[int, str]:
    order = (RUNNING, TURNED_AWAY, WAS_IN)
    place = order.index(each.state) + 1 if each.state in order else len(order) + 1
    return (0 if each.near else place, each.recipe.id)


class _Asking:
    """By which definitions a contact is asked about: those in force at the instant, else later ones, else the files."""

    def __init__(
        self,
        database: Database,
        files: Files,
        person: Person,
        instant: int,
        release: int,
        reached: int,
        *,
        then: bool,
    ) -> None:
        self.files = files.workspace
        self._database, self._environment = database, files.environment
        self._person, self._instant, self._then = person, instant, then
        self._reached = reached if reached != release else 0
        self.traces = Traces(database, person, instant)
        runs = () if then else {(run.recipe, run.version) for run in person.record.runs}
        self.workspace, self.program = self._release(release, runs)
        files_count = not release and self.files is not None
        self._settings = self.files.settings if files_count and self.files else self.workspace.settings
        self.zone = self._settings.timezone

    def _release(self, release: int, runs: Collection[tuple[str, int]] = ()) -> tuple[Workspace, Program]:
        return program_of(self._database, release, self._environment, under_way=runs, read=self.files)

    def record(self, program: Program, *, anew: bool = False) -> Record | None:
        """How he stood at the instant; `anew` by definitions that his record was not made for."""
        if self._then or anew:
            from autoflow.lab.simulation.rebuilding import rebuild

            return rebuild(self._database, program, self._person, self._instant)
        return self._person.record if self._person.record.first_known else None

    def told_from(self) -> int | None:
        """From when on refusals are told for certain; None where they are kept for good."""
        kept = self._settings.traces_kept
        return ago(kept, self._person.as_of) if kept is not None else None

    def named(self, what: str | None) -> tuple[str, bool]:
        """The name that is asked about, and whether it is that of a mail."""
        if what is None:
            return "", False
        folder, slash, name = what.rpartition("/")
        name = name.removesuffix(".yaml").removesuffix(".html") if slash else what
        places = [self.workspace, *([self.files] if self.files is not None else [])]
        recipes = {each for place in places for each in place.recipes}
        mails = {each for place in places for each in place.templates}
        if folder != "templates" and (name in recipes or versions_of(self._database, name)):
            return name, False
        if folder != "recipes" and name in mails:
            return name, True
        near = did_you_mean(name, recipes | mails)
        hint = "`autoflow why WHO` tells of every recipe in force."
        if self.files is None:
            hint = "The files have mistakes, so only what is in force is known: `autoflow check` shows them."
        word = {"templates": "mail", "recipes": "recipe"}.get(folder, "recipe or mail")
        raise AutoflowError(
            f'There is no {word} called "{name}".',
            f'Did you mean "{near}"?' if near else hint,
        )

    def recipes(self, name: str, *, is_mail: bool) -> list[tuple[Recipe, str]]:
        """The recipes that are asked about, each with the word for what is not in force."""
        every = self.workspace.recipes.values()
        if not name:
            return [(each, self._differs(each)) for each in every if each.status != "draft"]
        if is_mail:
            return [(each, self._differs(each)) for each in every if _sends(each, name)]
        if name in self.workspace.recipes:
            recipe = self.workspace.recipes[name]
            return [(recipe, self._differs(recipe))]
        later = self._release(self._reached)[0].recipes if self._reached else {}
        if name in later:
            return [(later[name], LATER)]
        if self.files is not None and name in self.files.recipes:
            return [(self.files.recipes[name], IN_FILES_ALONE)]
        versions = versions_of(self._database, name)
        return [(self._release(versions[max(versions)])[0].recipes[name], DELETED)]

    def _differs(self, recipe: Recipe) -> str:
        if self.files is None or self._then:
            return ""
        there = self.files.recipes.get(recipe.id)
        return OTHER_IN_FILES if there is None or there.hash != recipe.hash else ""

    def answer(self, found: Why, recipe: Recipe, word: str) -> Answer:
        """What there is to say of one recipe."""
        told = answer(recipe, self.traces, found.record)
        if self._person.aside is not None or word == DELETED:
            return told
        program, record = self.program, found.record
        if recipe.status == "draft" or word in {LATER, IN_FILES_ALONE}:
            # His record remembers nothing for it, so it is made anew as if the recipe were live.
            program = self._as_if_live(recipe, word)
            record = self.record(program, anew=True)
        if record is not None:
            look(told, program, record, self.traces, full=bool(found.asked))
        return told

    def _as_if_live(self, recipe: Recipe, word: str) -> Program:
        base: Workspace | None = self.workspace
        if word:
            base = self.files if word == IN_FILES_ALONE else self._release(self._reached)[0]
        assert base is not None
        return compile_program(
            replace(base, recipes={**base.recipes, recipe.id: replace(recipe, status="live")})
        )


def _sends(recipe: Recipe, template: str) -> bool:
    return any(action.template == template for _, _, action in mails_of(recipe))
