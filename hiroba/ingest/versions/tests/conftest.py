"""What holds in this room holds on both databases."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.fixture
def world(world_on_either: World) -> World:
    return world_on_either
