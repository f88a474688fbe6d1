"""Loading what is broken: the broken is refused by name and line, and the rest loads."""

from __future__ import annotations

import pytest

from pop.registry.directory.actions.load import load_registry
from pop.registry.directory.models import Contact, Service
from tests.registry.directory.seed import A_ROW, HEADER, SEED, table, written

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def test_a_broken_row_is_refused_by_line_and_name_and_the_rest_loads(tmp_path):
    path = table(
        tmp_path / "lines.csv",
        {"name": "First"},
        {"name": "Second", "timezone": "Afrika/Nairobi"},
        {"name": "Third"},
        {"name": "Fourth", "country": "KEN"},
        {"name": "Third"},
    )
    report = load_registry(path=path)
    assert list(Service.objects.values_list("name", flat=True)) == ["First", "Third"]
    assert not report.ok
    assert [str(row) for row in report.refused] == [
        "lines.csv: line 3 (KE, Second): timezone 'Afrika/Nairobi' is not an IANA zone",
        "lines.csv: line 5 (KEN, Fourth): country is 3 signs long, more than 2",
        "lines.csv: line 6 (KE, Third): this country and name stand on line 4 already",
    ]
    assert report.lines()[0] == f"refused: {report.refused[0]}"
    assert "read 2 rows of lines.csv; refused 3" in report.lines()


def test_a_quotation_mark_a_nul_and_another_encoding_cost_one_line_each(tmp_path):
    rows = written([A_ROW | {"name": name} for name in ("One", "Two", "Three", "Four", "Five")]).split(b"\n")
    rows[2] = rows[2].replace(b"Two", b'"Two')
    rows[3] = rows[3].replace(b"Three", b"Thr\0ee")
    rows[4] = rows[4].replace(b"Four", "Línea".encode("latin-1"))
    path = tmp_path / "t.csv"
    path.write_bytes(b"\n".join(rows))
    report = load_registry(path=path)
    assert set(Service.objects.values_list("name", flat=True)) == {"One", "Five"}
    assert [row.refusal.line for row in report.refused] == [3, 4, 5]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the first line is not a header"),
        (b"a,b,c\n1,2,3\n", "the header is that of no table we know"),
        (HEADER.replace("kind,", "").encode(), "the header lacks the column kind"),
        (written([A_ROW]).decode().encode("utf-16"), "the file is in UTF-16"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "the first line is not a header"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole_and_nothing_is_touched(tmp_path, data, reason):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    report = load_registry(path=path)
    assert reason in str(report.refused[0])
    assert Service.objects.count() == 0


def test_facts_by_themselves_are_refused_with_what_to_do(tmp_path):
    report = load_registry(path=SEED / "facts.csv")
    assert "name the folder, or the services table" in str(report.refused[0])


def test_a_file_that_is_not_there_is_an_error_of_the_caller(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_registry(path=tmp_path / "nothing.csv")


def test_a_number_that_is_none_costs_the_number_and_not_the_service(tmp_path):
    report = load_registry(path=table(tmp_path / "t.csv", {"voice": "116;call us!;0800724724"}))
    assert report.ok
    contacts = {contact.as_stated: contact.withheld for contact in Contact.objects.all()}
    assert contacts == {"116": "", "call us!": "unparsed_number", "0800724724": ""}


def test_an_unknown_column_and_an_unreadable_channel_are_told(tmp_path):
    path = tmp_path / "t.csv"
    row = A_ROW | {"other_channels": "carrier pigeon", "colour": "blue"}
    path.write_bytes(written([row], HEADER + ",colour"))
    report = load_registry(path=path)
    assert "t.csv: the column 'colour' is not one we know, and was not read" in report.warnings
    assert any("carrier pigeon" in warning for warning in report.warnings)


def test_a_fact_about_a_contact_that_the_row_lacks_is_told(tmp_path):
    table(tmp_path / "services.csv", {})
    facts = "country,name,contact,field,value,note\nKE,Childline Kenya,0800724724,free,yes,\nUG,Nobody,,age_max,18,\n"
    (tmp_path / "facts.csv").write_text(facts)
    report = load_registry(path=tmp_path)
    assert [warning.split(": ", 1)[1] for warning in sorted(report.warnings)] == [
        "no such service was read",
        "the fact free is about '0800724724', which the row does not have",
    ]


def test_two_tables_of_one_load_cannot_both_have_a_service(tmp_path):
    table(tmp_path / "a.csv", {"voice": "116"})
    table(tmp_path / "b.csv", {"voice": "117"})
    report = load_registry(path=tmp_path)
    assert "another table of this load" in str(report.refused[0])
    assert Contact.objects.get().dial == "116"
