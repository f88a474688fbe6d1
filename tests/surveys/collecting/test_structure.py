"""A submission is held against the nodes of its form: what the form has is taken in any order, all else is named."""

from __future__ import annotations

import pytest

from pop.surveys.collecting.rules.reading import MalformedError, read_xml
from pop.surveys.collecting.rules.structure import Shape, files_of, named, shape_of
from tests.surveys.filled import PHOTO_FORM, correcting, poster

ID = "uuid:11111111-2222-4333-8444-555555555555"
SHAPE: Shape = shape_of(PHOTO_FORM)


def answer(inside: str, attributes: str = "") -> bytes:
    meta = f"<meta><instanceID>{ID}</instanceID></meta>"
    return f'<data id="poster" version="1" {attributes}>{inside}{meta}</data>'.encode()


def test_a_form_tells_its_root_its_repeats_and_its_files() -> None:
    assert (SHAPE.root, SHAPE.form_id, SHAPE.version) == ("data", "poster", "1")
    assert SHAPE.node.children["line"].repeats
    assert set(SHAPE.node.children["line"].children) == {"number"}
    assert [name for name, node in SHAPE.node.children.items() if node.file] == ["photo", "second"]


def test_a_submission_names_its_form_itself_and_what_it_corrects() -> None:
    said = named(read_xml(poster(ID, more=correcting("uuid:first"))))
    assert (said.form_id, said.version, said.instance_id, said.deprecated_id) == ("poster", "1", ID, "uuid:first")


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"<data version='1'><meta><instanceID>uuid:x</instanceID></meta></data>", "no_form_id"),
        (b"<data id='poster'/>", "no_instance_id"),
        (b"<data id='poster'><meta><instanceID/></meta></data>", "no_instance_id"),
        (b"<data id='poster'><meta><instanceID>a b c</instanceID></meta></data>", "bad_instance_id"),
        (b"<data id='poster'><meta><instanceID>../../etc/passwd</instanceID></meta></data>", "bad_instance_id"),
        (b"<data id='p'><meta><instanceID>" + b"x" * 200 + b"</instanceID></meta></data>", "bad_instance_id"),
        (poster(ID, more="<deprecatedID>' OR 1=1</deprecatedID>"), "bad_instance_id"),
        (poster(ID, more=correcting(ID)), "corrects_itself"),
    ],
)
def test_a_submission_that_does_not_say_what_it_is_is_refused(xml: bytes, code: str) -> None:
    with pytest.raises(MalformedError) as refused:
        named(read_xml(xml))
    assert refused.value.code == code


def test_an_answer_names_its_files_and_an_empty_one_names_none() -> None:
    assert files_of(read_xml(poster(ID, photo="a.jpg", second="b.png")), SHAPE) == ("a.jpg", "b.png")
    assert files_of(read_xml(poster(ID, photo="a.jpg")), SHAPE) == ("a.jpg",)


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<place>x</place>",
        "<photo/><place>x</place>",
        "<line><number>1</number></line><line/><place/><line><number>3</number></line>",
        '<line xmlns:jr="http://openrosa.org/javarosa" jr:template=""><number>1</number></line>',
        '<line xmlns:enk="http://enketo.org/xforms" enk:ordinal="1"><number>1</number></line>',
        '<x:place xmlns:x="http://www.w3.org/2002/xforms">x</x:place>',
    ],
)
def test_what_clients_write_is_taken(inside: str) -> None:
    assert files_of(read_xml(answer(inside)), SHAPE) == ()


def test_metadata_in_the_namespace_of_openrosa_is_taken() -> None:
    xml = (
        '<data xmlns="http://www.w3.org/2002/xforms" xmlns:orx="http://openrosa.org/xforms" id="poster" version="1">'
        f"<place>x</place><orx:meta><orx:instanceID>{ID}</orx:instanceID><orx:timeEnd>2026-11-22T12:00:00Z</orx:timeEnd>"
        "<orx:instanceName>x</orx:instanceName></orx:meta></data>"
    )
    root = read_xml(xml.encode())
    assert named(root).instance_id == ID
    assert files_of(root, SHAPE) == ()


@pytest.mark.parametrize(
    ("inside", "code", "name"),
    [
        ("<plaec>x</plaec>", "unknown_node", "/data/plaec"),
        ("<line><numbr/></line>", "unknown_node", "/data/line/numbr"),
        ("<place><b>x</b></place>", "unknown_node", "/data/place/b"),
        ("<place>x</place><place>y</place>", "twice", "/data/place"),
        ("<line><number/><number/></line>", "twice", "/data/line/number"),
        ("words in between", "no_answer_here", "/data"),
        ("<place>x</place>words behind", "no_answer_here", "/data"),
        ("<line>words</line>", "no_answer_here", "/data/line"),
        ('<place on="x">y</place>', "unknown_attribute", "/data/place/@on"),
        ('<place xmlns:e="http://e" e:on="x">y</place>', "unknown_attribute", "/data/place/@on"),
        ('<e:place xmlns:e="http://e">y</e:place>', "other_namespace", "/data/place"),
        ("<photo>../../x.png</photo>", "bad_file_name", "/data/photo"),
        ("<photo>.hidden</photo>", "bad_file_name", "/data/photo"),
        ("<photo>a\\b.png</photo>", "bad_file_name", "/data/photo"),
        ("<photo>" + "x" * 300 + "</photo>", "bad_file_name", "/data/photo"),
        ("<photo>a.png</photo><second>a.png</second>", "bad_file_name", ""),
    ],
)
def test_what_the_form_does_not_have_is_refused_by_name(inside: str, code: str, name: str) -> None:
    with pytest.raises(MalformedError) as refused:
        files_of(read_xml(answer(inside)), SHAPE)
    assert (refused.value.code, refused.value.name) == (code, name)


def test_a_telephones_number_and_id_are_never_taken() -> None:
    for name in ("deviceID", "phoneNumber", "subscriberID", "email", "username", "audit"):
        with pytest.raises(MalformedError) as refused:
            files_of(read_xml(poster(ID, more=f"<{name}>x</{name}>")), SHAPE)
        assert refused.value.name == f"/data/meta/{name}"


def test_another_root_is_refused_by_name() -> None:
    with pytest.raises(MalformedError) as refused:
        files_of(read_xml(b"<other id='poster'/>"), SHAPE)
    assert (refused.value.code, refused.value.name) == ("unknown_node", "/other")


@pytest.mark.parametrize("xform", [b"", b"<x/>", b"hello", PHOTO_FORM.replace(b"instance", b"instanze")])
def test_what_is_no_form_has_no_shape(xform: bytes) -> None:
    with pytest.raises(MalformedError):
        shape_of(xform)


def test_an_error_says_its_code_and_never_a_strangers_words() -> None:
    with pytest.raises(MalformedError) as refused:
        files_of(read_xml(answer("<kanarienvogel/>")), SHAPE)
    assert "kanarienvogel" not in str(refused.value)
