"""The quick form of each section of the torture; `make torture` runs the whole."""

import os

import pytest

from .torture.__main__ import SECTIONS, section

SEED = int(os.environ.get("SEED") or "1")


@pytest.mark.parametrize("name", [name for name in SECTIONS if section(name)])
def test_every_goal_is_reached(name):
    print(f"SEED={SEED}")
    missed = [row for row in section(name)(SEED, True) if not row.met]
    assert not missed, "\n".join(f"{row.what}: {row.ours}, not {row.goal}" for row in missed)
