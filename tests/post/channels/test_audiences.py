from __future__ import annotations

import csv
import errno
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.post.channels.audiences import COLUMNS, AudienceFolder, quoted
from autoflow.post.channels.base import ChannelDown, Outgoing

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def change(what: str, contact: str, audience: str = "vip", **known: object) -> Outgoing:
    key = f"{audience}/{what}/{contact}"
    return Outgoing(key, audience, {"change": what, "contact": contact, **known})


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def members(path: Path) -> list[str]:
    return [row["contact"] for row in rows(path)]


def test_members_come_and_go(tmp_path: Path) -> None:
    folder = AudienceFolder(tmp_path / "audiences")
    results = folder.send(
        [
            change("add", "ana", email="ana@example.com", first_name="Ana", country="GB"),
            change("add", "bo"),
            change("add", "cy", "x200"),
            change("remove", "bo"),
            change("remove", "nobody"),
        ]
    )
    assert {result.outcome for result in results} == {"sent"}
    path = folder.folder / "vip.csv"
    expected = dict.fromkeys(COLUMNS, "") | {"contact": "ana", "email": "ana@example.com"}
    assert rows(path) == [expected | {"first_name": "Ana", "country": "GB"}]
    assert members(folder.folder / "x200.csv") == ["cy"]
    assert path.stat().st_mode & 0o077 == 0


@given(
    st.lists(st.tuples(st.sampled_from(["add", "remove"]), st.sampled_from("abcd")), max_size=12), st.data()
)
def test_any_cut_into_groups_and_any_group_again_gives_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, str]], data: st.DataObject
) -> None:
    asked = [change(what, who) for what, who in changes]
    whole, cut = (AudienceFolder(tmp_path_factory.mktemp(name)) for name in ("whole", "cut"))
    whole.send(asked)
    start = 0
    while start < len(asked):
        end = data.draw(st.integers(start + 1, len(asked)))
        for _ in range(data.draw(st.integers(1, 2))):
            cut.send(asked[start:end])
        start = end
    if asked:
        assert sorted(members(cut.folder / "vip.csv")) == sorted(members(whole.folder / "vip.csv"))


@given(TEXT.filter(bool), TEXT)
def test_any_text_survives_and_no_cell_is_a_formula(
    tmp_path_factory: pytest.TempPathFactory, contact: str, name: str
) -> None:
    folder = AudienceFolder(tmp_path_factory.mktemp("audiences"))
    for _ in range(2):
        folder.send([change("add", contact, first_name=name), change("add", "other")])
    first = rows(folder.folder / "vip.csv")[0]
    assert (first["contact"], first["first_name"]) == (quoted(contact), quoted(name))
    assert not first["first_name"].startswith(("=", "+", "-", "@", "\t", "\r"))
    folder.send([change("remove", contact)])
    assert members(folder.folder / "vip.csv") == ([] if contact == "other" else ["other"])


@pytest.mark.parametrize("value", ["=1+1", "+44 20", "-1", "@x", "\tx", "\rx", "'x"])
def test_formulas_are_quoted(value: str) -> None:
    assert quoted(value) == f"'{value}"


@pytest.mark.parametrize("name", ["../up", "a/b", "", "A", "x" * 65, "vip.csv", ".."])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = AudienceFolder(tmp_path / "audiences")
    assert folder.send([change("add", "ana", name)])[0].outcome == "rejected"
    assert not list(tmp_path.rglob("*.csv"))


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "audiences").mkdir()
    (tmp_path / "secret.csv").write_text("contact\neve\n")
    (tmp_path / "audiences" / "vip.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(ChannelDown, match=r"vip\.csv"):
        AudienceFolder(tmp_path / "audiences").send([change("add", "ana")])
    assert (tmp_path / "secret.csv").read_text() == "contact\neve\n"


def test_a_file_that_a_person_spoilt_stops_its_own_audience_alone(tmp_path: Path) -> None:
    (tmp_path / "vip.csv").write_bytes(b"contact\n\xff\xfe\n")
    results = AudienceFolder(tmp_path).send([change("add", "ana"), change("add", "bo", "x200")])
    assert [result.outcome for result in results] == ["unsent", "sent"]
    assert "vip.csv" in results[0].reason
    assert (tmp_path / "vip.csv").read_bytes() == b"contact\n\xff\xfe\n"


def test_a_file_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    (tmp_path / "vip.csv").write_bytes("\ufeffcontact,email,note\r\nana,a@b.example,hello\r\n".encode())
    AudienceFolder(tmp_path).send([change("add", "bo")])
    assert [(row["contact"], row["email"]) for row in rows(tmp_path / "vip.csv")] == [
        ("ana", "a@b.example"),
        ("bo", ""),
    ]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    folder = AudienceFolder(tmp_path)
    folder.send([change("add", "ana")])
    before = (tmp_path / "vip.csv").read_bytes()

    def full(*args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os if call == "fsync" else Path, call, full)
    with pytest.raises(ChannelDown, match="No space left"):
        folder.send([change("add", "bo")])
    monkeypatch.undo()
    assert (tmp_path / "vip.csv").read_bytes() == before
    folder.send([change("add", "bo")])
    assert members(tmp_path / "vip.csv") == ["ana", "bo"]


def test_what_is_no_change_is_refused_alone(tmp_path: Path) -> None:
    wrong = [Outgoing("k1", "vip", b"x"), Outgoing("k2", "vip", {"change": "add"}), change("hold", "ana")]
    results = AudienceFolder(tmp_path).send([*wrong, change("add", "bo")])
    assert [result.outcome for result in results] == ["rejected", "rejected", "rejected", "sent"]
