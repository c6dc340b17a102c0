"""How long somebody who reads keeps what they took: by the clock of the wall, since many processes look at it.

A clock can be set. Set ahead, a lease ends early and a second reader begins: whoever finishes first is kept, once. Set
back, a lease would last for as long as the clock went back: one that lies further ahead than any is ever given counts
as over."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q


def has_run_out(now: dt.datetime, longest: dt.timedelta) -> Q:
    """Match what nobody holds at `now`, where `longest` is the longest lease that is ever given for it."""
    return Q(leased_until=None) | Q(leased_until__lt=now) | Q(leased_until__gt=now + longest)
