"""Who the people of another product are here: by the mail or the name they sign in by, and never by guessing."""

from __future__ import annotations

from collections import Counter

from hiroba.archive import gate
from hiroba.connectors.chats.telling import OutsidePerson
from hiroba.foundation.people.models import Person

LONGEST_NAME = 120
_OWN_PART = 0.5  # of all mails: then a domain is the office's own


class People:
    """Those who were told of, and who they are here."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._persons: dict[str, Person] = {}
        self._met: set[str] = set()
        rows = list(Person.objects.only("pk", "login", "name", "mail", "is_active"))
        self._by_login = {person.login.lower(): person for person in rows}
        mails = Counter(person.mail.strip().lower() for person in rows if person.mail)
        self._by_mail = {mail: person for person in rows if (mail := person.mail.strip().lower()) and mails[mail] == 1}
        domains = Counter(mail.rpartition("@")[2] for mail in mails)
        self._own = {domain for domain, count in domains.items() if count > _OWN_PART * len(mails)}

    def meet(self, told: OutsidePerson) -> None:
        """Hear of somebody."""
        self._met.add(told.key)
        name = " ".join(told.name.split())[:LONGEST_NAME]
        if name or told.key not in self._names:
            self._names[told.key] = gate.mask(name or told.key[:LONGEST_NAME])
        found = None if told.is_machine else self._find(told.upn, told.mail)
        if found is not None:
            self._persons[told.key] = found

    def _find(self, *addresses: str) -> Person | None:
        """A mail that one person here has, a login that is the whole name; of the office's own domain also the part
        before it. Somebody else's 「sato@」 is not our 佐藤さん."""
        for address in (each.strip().lower() for each in addresses):
            if "@" not in address:
                continue
            local, _at, domain = address.rpartition("@")
            found = self._by_mail.get(address) or self._by_login.get(address)
            if found is None and domain in self._own:
                found = self._by_login.get(local)
            if found is not None:
                return found
        return None

    def person(self, key: str) -> Person | None:
        """Give who somebody is here, None for an outsider."""
        return self._persons.get(key)

    def name(self, key: str) -> str:
        """Give the name somebody goes by there."""
        return self._names.get(key) or gate.mask(key[:LONGEST_NAME])

    def shown(self, key: str) -> str:
        """Give the name somebody goes by here, else there."""
        person = self._persons.get(key)
        return person.name if person else self.name(key)

    def counts(self) -> tuple[int, int]:
        """Count those who are known here and those who are not."""
        known = sum(key in self._persons for key in self._met)
        return known, len(self._met) - known
