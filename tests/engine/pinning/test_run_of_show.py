"""A run of show that cannot be kept is told, once, and told again when it can."""

from __future__ import annotations

import asyncio
from pathlib import Path

from livedesk.core.events import Json, Level
from livedesk.core.pins import Product
from livedesk.engine.pinning.run_of_show import ShowKeeper
from livedesk.engine.pinning.show_orders import ShowOrder


def test_a_run_of_show_that_a_restart_would_lose_is_told_once(tmp_path: Path) -> None:
    told: list[str] = []

    def say(kind: str, level: Level, text: str, data: dict[str, Json], actor: str = "") -> None:
        assert text
        told.append(kind)

    async def story() -> None:
        in_the_way = tmp_path / "shows"
        in_the_way.write_text("a file where the folder belongs")
        keeper = ShowKeeper(tmp_path, "glow", say)
        products = (Product("a", "Serum", position=1), Product("b", "Cream", position=2))
        keeper.fill(products)
        await keeper.close()
        keeper.change(ShowOrder("move", keeper.show.cues[0].id, to=1), products, "desk")
        await keeper.close()
        assert told == ["show.changed", "show.not_kept", "show.changed"]
        in_the_way.unlink()
        keeper.shown("a")
        await keeper.close()
        assert told[3:] == ["show.kept"]
        again = ShowKeeper(tmp_path, "glow", say)
        await again.load()
        assert again.show == keeper.show
        assert [(line.product_id, line.pins) for line in again.show.cues] == [("b", 0), ("a", 1)]

    asyncio.run(story())
