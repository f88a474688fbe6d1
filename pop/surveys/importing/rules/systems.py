"""Where an export comes from, by the columns that only one system writes; and what those columns are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pop.surveys.importing.rules.tables import Book, Table

LEFT_OUT: Final = "leave_out"

_KOBO: Final = {
    "_uuid": "id", "_submission_time": "sent", "start": "begun", "_index": "key", "_parent_index": "parent",
    **dict.fromkeys(
        (
            "end", "today", "_id", "_validation_status", "_notes", "_status", "_submitted_by", "__version__", "_tags",
            "_version_", "_attachments", "_geolocation", "_xform_id_string", "_bamboo_dataset_id", "formhub/uuid",
            "meta/instanceID", "meta/rootUuid", "meta/deprecatedID", "meta/instanceName", "_parent_table_name",
            "_submission__id", "_submission__uuid", "_submission__submission_time", "_submission__validation_status",
            "_submission__notes", "_submission__status", "_submission__submitted_by", "_submission___version__",
            "_submission__tags", "deviceid", "username", "phonenumber", "simserial", "subscriberid", "audit",
            "__version___001", "background-audio", "rootUuid", "_supplementalDetails",
        ),
        LEFT_OUT,
    ),
}  # fmt: skip
_ODK: Final = {
    "PARENT_KEY": "parent", "SubmissionDate": "sent", "start": "begun",
    **dict.fromkeys(
        (
            "end", "today", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status",
            "ReviewState", "DeviceID", "Edits", "FormVersion", "meta-instanceName", "meta-instanceID", "instanceID",
            "deviceid", "username", "email", "phonenumber", "meta-audit", "meta-entity-label", "meta-deprecatedID",
            # What our own exports write besides.
            "_id", "_version", "_source", "_partner", "_corrects", "_faults", "_files", "_provenance",
        ),
        LEFT_OUT,
    ),
}  # fmt: skip
# As Microsoft Forms writes them in the language of whoever made the form.
_MICROSOFT: Final = {
    "id": "id",
    "start time": "begun", "hora de inicio": "begun", "heure de début": "begun", "startzeit": "begun",
    "وقت البدء": "begun", "время начала": "begun", "开始时间": "begun", "hora de início": "begun",
    "completion time": "sent", "hora de finalización": "sent", "heure de fin": "sent", "fertigstellungszeit": "sent",
    "وقت الإكمال": "sent", "время выполнения": "sent", "完成时间": "sent", "hora de conclusão": "sent",
    **dict.fromkeys(
        (
            "email", "name", "correo electrónico", "nombre", "adresse de messagerie", "nom", "e-mail", "e-mail2",
            "البريد الإلكتروني", "الاسم", "электронная почта", "имя", "电子邮件", "名称", "nome", "total points",
            "quiz feedback", "last modified time", "language", "langue", "idioma", "grade posted time",
        ),
        LEFT_OUT,
    ),
}  # fmt: skip
_MICROSOFT_MORE = re.compile(r"(points|feedback) - ", re.IGNORECASE)
_PLACE = re.compile(r"_.{1,200}_(latitude|longitude|altitude|precision)\Z", re.DOTALL)
_SET_OF = re.compile(r"SET-OF-.")


def system_of(book: Book) -> str:
    """Return which system wrote a file: `kobotoolbox`, `odk_central`, `microsoft_forms`, or `table` for any other."""
    header = set(book.main.header)
    if "_uuid" in header and ("_submission_time" in header or "_id" in header):
        return "kobotoolbox"
    if "KEY" in header and ("SubmissionDate" in header or "meta-instanceID" in header):
        return "odk_central"
    known = [_MICROSOFT.get(column.casefold()) for column in book.main.header]
    if "id" in known and "begun" in known and "sent" in known:
        return "microsoft_forms"
    return "table"


def own_columns(system: str, table: Table) -> Mapping[str, str]:
    """Return {column: use} of what the system itself wrote into a table."""
    found: dict[str, str] = {}
    for column in table.header:
        use = None
        if system == "kobotoolbox":
            use = _KOBO.get(column) or (LEFT_OUT if _PLACE.match(column) else None)
        elif system == "odk_central" and column == "KEY":
            use = "key" if "PARENT_KEY" in table.header else "id"
        elif system == "odk_central":
            use = _ODK.get(column) or (LEFT_OUT if _SET_OF.match(column) else None)
        elif system == "microsoft_forms":
            use = _MICROSOFT.get(column.casefold()) or (LEFT_OUT if _MICROSOFT_MORE.match(column) else None)
        if use is not None and (use == LEFT_OUT or use not in found.values()):
            found[column] = use
        elif use is not None:
            found[column] = LEFT_OUT
    return found
