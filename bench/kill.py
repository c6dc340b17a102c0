"""kill -9 of server, worker and import at random moments under load: is anything acknowledged lost or doubled?

    python -m bench.kill [--moments 100] [--seed 1]

Two people upload over HTTP without rest, a third imports a folder whose files change; after the last kill everything
is started again and nothing is repaired by hand."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.killing import Damage, kill_at_random
from tests.journeys.office import found_office


def main() -> None:
    """Print one table; exit 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        office = found_office(Path(folder, "home"))
        began = time.monotonic()
        try:
            damage = kill_at_random(office, Path(folder, "papers"), options.moments, options.seed)
        finally:
            office.stop()
    print(table(damage, time.monotonic() - began))
    sys.exit(not damage.is_none)


def table(damage: Damage, seconds: float) -> str:
    """Say what was killed and what was lost."""
    kills = ", ".join(f"{what} {times}" for what, times in sorted(damage.kills.items()))
    lines = [
        "| kills | acknowledged uploads | missing | doubled | altered | unreadable | doctor | s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        f"| {kills} | {damage.acknowledged} | {len(damage.missing)} | {len(damage.doubled)} | {len(damage.altered)} "
        f"| {len(damage.unread)} | {'whole' if damage.doctor['whole'] else 'broken'} | {seconds:.0f} |",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
