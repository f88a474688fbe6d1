"""A small form with every kind of column, and exports of its answers as each system writes them. All invented."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

from openpyxl import Workbook

from pop.surveys.forms.definition import Form
from pop.surveys.forms.loading import load

FORM = """
| survey |
| | type | name | label::English (en) | label::French (fr) | relevant | required |
| | start | start | | | | |
| | begin_group | about | About | À propos | | |
| | text | name | What is it called? | Comment s’appelle-t-il ? | | yes |
| | integer | staff | How many people answer? | Combien de personnes répondent ? | | |
| | decimal | budget | Budget in millions | Budget en millions | | |
| | date | since | Since when? | Depuis quand ? | | |
| | select_one yes_no | free | Is it free? | Est-ce gratuit ? | | |
| | text | price | What does it cost? | Combien cela coûte-t-il ? | ${free} = 'no' | |
| | select_multiple topics | topics | Which topics? | Quels sujets ? | | |
| | geopoint | place | Where? | Où ? | | |
| | end_group | | | | | |
| | begin_repeat | way | A way | Un moyen | | |
| | text | number | Number or address | Numéro ou adresse | | |
| | select_one yes_no | night | At night? | La nuit ? | | |
| | end_repeat | | | | | |
| | calculate | ways | | | | |
| | select_one yes_no | publish | May we publish it? | Pouvons-nous le publier ? | | yes |
| choices |
| | list_name | name | label::English (en) | label::French (fr) |
| | yes_no | yes | Yes | Oui |
| | yes_no | no | No | Non |
| | topics | bullying | Bullying at school | Harcèlement à l’école |
| | topics | family | Family | Famille |
| | topics | on_the_move | On the move | En déplacement |
| settings |
| | form_title | form_id | version | default_language |
| | A service | service | 1 | English (en) |
""".replace("| | calculate | ways | | | | |", "| | note | thanks | Thank you | Merci | | |")

UUIDS = ("11111111-2222-4333-8444-000000000001", "11111111-2222-4333-8444-000000000002")

KOBO_HEADER = (
    "start", "about/name", "about/staff", "about/budget", "about/since", "about/free", "about/price", "about/topics",
    "about/topics/bullying", "about/topics/family", "about/topics/on_the_move", "about/place", "_about/place_latitude",
    "thanks", "publish", "_id", "_uuid", "_submission_time", "__version__", "_tags", "_index",
)  # fmt: skip
KOBO_ROWS: tuple[tuple[object, ...], ...] = (
    ("2026-01-05T09:00:00.000+03:00", "Line of Hope", 12, 1.5, "2020-02-01", "no", "3 shillings", "bullying family",
     1, 1, 0, "-1.28 36.82 0 0", -1.28, None, "yes", 1001, UUIDS[0], "2026-01-05T06:21:00", "v1", None, 1),
    ("2026-01-06T09:00:00.000+03:00", "Quiet Door", None, None, None, "yes", None, None,
     None, None, None, None, None, None, "no", 1002, UUIDS[1], "2026-01-06T06:21:00", "v1", None, 2),
)  # fmt: skip
KOBO_WAYS = (
    ("way/number", "way/night", "_index", "_parent_table_name", "_parent_index", "_submission__uuid"),
    ("116", "yes", 1, "service", 1, UUIDS[0]),
    ("chat.example.org", "no", 2, "service", 1, UUIDS[0]),
    ("+254700000000", None, 3, "service", 2, UUIDS[1]),
)

MICROSOFT = (
    ("ID", "Start time", "Completion time", "Email", "Name", "What is it called?", "How many people answer?",
     "Is it free?", "Which topics?", "May we publish it?"),
    (1, "1/5/26 9:00:00", "1/5/26 9:20:00", "anonymous", None, "Line of Hope", 12, "Yes",
     "Bullying at school;On the move;", "Yes"),
    (2, "1/6/26 9:00:00", "1/6/26 9:20:00", "anonymous", None, "Quiet Door", 3, "Yes", "Family;", "No"),
)  # fmt: skip

CSV = "name,staff,free,topics,publish\nLine of Hope,12,yes,bullying family,yes\nQuiet Door,,Oui,,Non\n"


def form() -> Form:
    return load("service.md", FORM.encode())


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return kept.getvalue()


def kobo() -> bytes:
    """As KoboToolbox exports with names as headers, choices in columns of their own too, repeats on a sheet."""
    return xlsx({"service": (KOBO_HEADER, *KOBO_ROWS), "way": KOBO_WAYS})


def odk() -> bytes:
    """As ODK Central exports: one file for the form, one for the repeat."""
    main = (
        "SubmissionDate,start,about-name,about-staff,about-free,about-topics,about-place-Latitude,"
        "about-place-Longitude,about-place-Altitude,about-place-Accuracy,publish,meta-instanceID,KEY,SubmitterID,"
        "SubmitterName,AttachmentsPresent,AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion\n"
        f"2026-01-05T06:21:00.000Z,2026-01-05T06:00:00.000Z,Line of Hope,12,yes,bullying family,-1.28,36.82,,,yes,"
        f"uuid:{UUIDS[0]},uuid:{UUIDS[0]},7,Somebody,0,0,,,,0,1\n"
    )
    ways = f"number,night,PARENT_KEY,KEY\n116,yes,uuid:{UUIDS[0]},uuid:{UUIDS[0]}/way[1]\n"
    return zipped({"service.csv": main, "service-way.csv": ways})


def microsoft() -> bytes:
    return xlsx({"Sheet1": MICROSOFT})
