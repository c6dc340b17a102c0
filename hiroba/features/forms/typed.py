"""A value that somebody types for a field: it has to be of the field's kind, as what is read has to be."""

from __future__ import annotations

from hiroba.features.forms.models import FormField
from hiroba.foundation.people.queries import today
from hiroba.foundation.refusal import Refusal
from hiroba.language import form_values


def typed_value(field: FormField, text: str) -> str:
    """Give the value as it is exported; FORM-02 or FORM-03 when it is not one of this field. Empty stays empty."""
    text = text.strip()
    if not text:
        return ""
    if field.kind == "check":
        return "1" if form_values.is_marked(text) else ""
    if field.kind == "choice":
        if text not in [choice["value"] for choice in field.choices]:
            raise Refusal("FORM-03")
        return text
    value: str | None = text
    if field.kind in ("number", "date"):
        value = form_values.read_number(text) if field.kind == "number" else form_values.read_date(text, today())
    if value is None:
        raise Refusal("FORM-02")
    return value
