"""What a table's rows mean, by the columns that a person confirmed: key, title, date, who, text, files."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from hiroba.connectors.columns import Column, Use, find_moment
from hiroba.ingest.tables.models import Table

LONGEST_KEY = 200
_EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Meaning:
    """The confirmed columns of one table. `order` says where each stands in the extraction at hand: columns that
    moved change nothing."""

    columns: tuple[Column, ...]
    shape: str
    order: tuple[int, ...] = ()

    @property
    def kept(self) -> list[int]:
        """Positions of the columns that are taken in."""
        return [index for index, column in enumerate(self.columns) if column.use != "leave_out"]

    @property
    def names(self) -> list[str]:
        """Names of the columns that are taken in."""
        return [self.columns[index].name for index in self.kept]

    def kept_cells(self, cells: Sequence[str]) -> list[str]:
        """Give the cells that are taken in, line ends as \\n."""
        places = [self.order[index] for index in self.kept] if self.order else self.kept
        return [cells[place].replace("\r\n", "\n").replace("\r", "\n") for place in places]

    def of(self, use: Use, kept: Sequence[str]) -> str:
        """Give what the kept cells say for a use; several columns of one use are joined."""
        uses = [self.columns[index].use for index in self.kept]
        return " ".join(cell for each, cell in zip(uses, kept, strict=True) if each == use and cell).strip()

    def key(self, kept: Sequence[str]) -> str:
        """Give the key of a row; without a key column, or where it is empty, its whole content is its key."""
        key = " ".join(self.of("key", kept).split())
        if not key:
            return "=" + digest_of(kept)
        return key if len(key) <= LONGEST_KEY - 8 else key[: LONGEST_KEY - 48] + digest_of([key])

    def digest(self, kept: Sequence[str]) -> str:
        """Give what changes when the row changes, or when other columns of it are taken in."""
        return digest_of([*self.names, "", *kept])

    def dated_at(self, kept: Sequence[str], otherwise: dt.datetime) -> dt.datetime:
        """Give the day the row names, as the office's time; `otherwise` when it names none."""
        found = find_moment(self.of("date", kept))
        if found is None:
            return otherwise
        aware = found if found.tzinfo else timezone.make_aware(found)
        return aware if aware > _EARLIEST else otherwise


def meaning_of(table: Table, header: Sequence[str] = ()) -> Meaning:
    """Give what a person confirmed; `header` is that of an extraction, with the same names in any order."""
    order = tuple(header.index(name) for name, _ in table.columns) if header else ()
    return Meaning(tuple(Column(name, use) for name, use in table.columns), table.shape, order)


def digest_of(cells: Sequence[str]) -> str:
    """Give 32 letters that stand for these cells in this order."""
    return hashlib.blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def hidden_key(key: str) -> str:
    """Give what stands for a key that must not be written down: only this office's key leads to it, not back."""
    return "●" + hmac.new(settings.SECRET_KEY.encode(), key.encode(), hashlib.sha256).hexdigest()[:32]
