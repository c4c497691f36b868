"""What a template is for: whose people it takes, its columns, and the words above and below their headings."""

from __future__ import annotations

from dataclasses import dataclass

from bulk_import.catalogue import FIELDS, Field, Role
from bulk_import.kinds import RoleKind


@dataclass(frozen=True, slots=True)
class Template:
    """What one template is for.

    Attributes:
        stem: the files' name without its ending.
        sheet: the name of the sheet that people fill in.
        roles: the roles whose people it takes.
    """

    stem: str
    sheet: str
    roles: tuple[Role, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns: what every role needs, what some need, what is optional; the API's order within each."""
        accepted = (field for field in FIELDS.values() if field.accepted_for.intersection(self.roles))
        return tuple(sorted(accepted, key=lambda field: -len(field.required_for.intersection(self.roles))))

    def heading(self, field: Field) -> str:
        """The column's heading, with the word “mandatory” where it is; the reader knows such remarks."""
        who = self._who(field)
        return field.label if who is None else f"{field.label} (mandatory{who})"

    def guidance(self, field: Field) -> str:
        """One line on what belongs into the column, beginning with whether it is mandatory."""
        who = self._who(field)
        begin = "Optional" if who is None else f"Mandatory{who}"
        only = field.accepted_for.intersection(self.roles)
        end = f" Leave empty for others than {_listed(only)}." if len(only) < len(self.roles) else ""
        return f"{begin}. {field.help}{end}"

    def example(self, field: Field) -> str:
        """The example's text in the column."""
        return self.roles[0].label if isinstance(field.kind, RoleKind) else field.example

    def _who(self, field: Field) -> str | None:
        need = field.required_for.intersection(self.roles)
        if not need:
            return None
        return "" if len(need) == len(self.roles) else f" for {_listed(need)}"


def _listed(roles: frozenset[Role]) -> str:
    names = [role.label if role is Role.IQA else role.label.lower() for role in sorted(roles)]
    return " and ".join(", ".join(f"{name}s" for name in names).rsplit(", ", 1))


TEMPLATES: tuple[Template, ...] = (
    *(Template(role.label.lower().replace(" ", "-"), f"{role.label}s", (role,)) for role in Role),
    Template("all-roles", "People", tuple(Role)),
)
