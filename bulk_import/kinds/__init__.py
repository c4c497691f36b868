"""What a cell can hold: how it is judged, parsed, shown, sent, and offered in Excel."""

from bulk_import.kinds.codes import Choice, YesNo
from bulk_import.kinds.dates import Date
from bulk_import.kinds.kind import Awaited, DateOrder, ExcelColumn, Json, Kind, Rule, Value
from bulk_import.kinds.numbers import ULN_PLACEHOLDERS, Nino, Phone, PhoneLine, Reference, Uln, Zero
from bulk_import.kinds.references import Listed, ListedReference, comes_back
from bulk_import.kinds.roles import Role, RoleKind, role_from_text
from bulk_import.kinds.texts import Address, Apostrophes, Email, Identifier, Name, Text

__all__ = [
    "ULN_PLACEHOLDERS",
    "Address",
    "Apostrophes",
    "Awaited",
    "Choice",
    "Date",
    "DateOrder",
    "Email",
    "ExcelColumn",
    "Identifier",
    "Json",
    "Kind",
    "Listed",
    "ListedReference",
    "Name",
    "Nino",
    "Phone",
    "PhoneLine",
    "Reference",
    "Role",
    "RoleKind",
    "Rule",
    "Text",
    "Uln",
    "Value",
    "YesNo",
    "Zero",
    "comes_back",
    "role_from_text",
]
