"""Guessing by many at once, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from hiroba.features.account import actions
from hiroba.features.account.guessing import FREE_TRIES, Caller
from hiroba.foundation.refusal import Refusal

HERE = Caller("10.0.0.1", "Edge")


def test_tries_at_the_same_moment_do_not_pass_the_wait_together(either_database: object) -> None:
    def guess(_number: int) -> str:
        try:
            actions.sign_in("kimura", "ちがう", HERE)
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(max_workers=16) as pool:
        answers = list(pool.map(guess, range(16)))
    assert answers.count("ACCOUNT-01") <= FREE_TRIES + 1
    assert answers.count("ACCOUNT-02") >= 16 - FREE_TRIES - 1
