"""What counts as a difference between two engines, and what does not."""

from __future__ import annotations

from tests.surveys.peer.comparing import of_moment, of_submissions
from tests.surveys.peer.seen import Node, Seen

ONE = (
    b'<data id="f" xmlns:o="urn:o"><a>1</a>'
    b"<o:meta><o:instanceID>uuid:00000000-0000-4000-8000-00000000000a</o:instanceID></o:meta></data>"
)


def shown(**answer: object) -> Seen:
    return Seen(nodes={"/data/a": Node("input", **{"relevant": True, "value": "1", **answer})})  # type: ignore[arg-type]


def told(ours: Seen, theirs: Seen) -> list[str]:
    return [each.what for each in of_moment(ours, theirs)]


def test_prefixes_blanks_and_unique_ids_are_no_difference() -> None:
    other = ONE.replace(b"o:", b"orx:").replace(b":o=", b":orx=").replace(b"><", b">\n <").replace(b"00a<", b"00b<")
    assert other != ONE
    assert of_submissions(ONE, other) == []


def test_a_value_an_attribute_and_a_missing_answer_are_differences() -> None:
    assert of_submissions(ONE, ONE.replace(b">1<", b">2<"))
    assert of_submissions(ONE, ONE.replace(b'id="f"', b'id="g"'))
    assert of_submissions(ONE, ONE.replace(b"<a>1</a>", b""))


def test_everything_that_a_person_sees_is_compared() -> None:
    assert told(shown(), shown()) == []
    for what, other in (
        ("value", "2"),
        ("label", "A"),
        ("required", True),
        ("readonly", True),
        ("fault", "required"),
        ("choices", ()),
    ):
        assert what in told(shown(), shown(**{what: other})), what


def test_what_is_not_relevant_is_compared_in_nothing_else() -> None:
    assert told(shown(relevant=False), shown(relevant=False, value="2")) == []
    assert told(shown(relevant=False), shown()) == ["relevant"]
    assert told(Seen(), shown()) == ["is there"]
    assert told(Seen(), shown(relevant=False)) == []


def test_only_words_that_the_form_has_are_compared_where_an_answer_is_wrong() -> None:
    assert told(shown(fault="constraint", message="No."), shown(fault="constraint", message="Never.")) == ["message"]
    assert told(shown(fault="constraint", message="No."), shown(fault="constraint")) == []
