"""Shoes and settings in the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.stores.made_up import NOW, a_recording, bring

from goodknee.core.load.shoes import NewShoe, Shoe, ShoeUse
from goodknee.errors import StoreError
from goodknee.stores import records
from goodknee.stores.database import DATABASE, engine_for, writing
from goodknee.stores.same_run import Place
from goodknee.stores.store import Store, open_store

ROAD = NewShoe(name="Road", since=date(2026, 1, 2), before_m=12_500.0, note="size 40")


def test_shoes_come_back_as_they_were(store: Store, folder: Path) -> None:
    road, trail = store.add_shoe(ROAD, at=NOW), store.add_shoe(NewShoe(name="Trail"), at=NOW)
    uses = [ShoeUse(shoe_id=road.id, run_id="r"), ShoeUse(shoe_id=trail.id, from_day=date(2026, 2, 1))]
    store.add_shoe_uses(uses, at=NOW)
    store.retire_shoe(road.id, date(2026, 3, 1))
    store.close()
    with open_store(folder) as again:
        assert again.shoes() == [
            Shoe(
                id=1, name="Road", since=date(2026, 1, 2), before_m=12_500.0, note="size 40",
                retired_on=date(2026, 3, 1),
            ),
            Shoe(id=2, name="Trail"),
        ]  # fmt: skip
        assert again.shoe_uses() == uses
        again.retire_shoe(road.id, None)
        again.remove_shoe(trail.id)
        assert [(shoe.name, shoe.retired_on) for shoe in again.shoes()] == [("Road", None)]
        assert again.shoe_uses() == uses[:1]


def test_a_shoe_follows_a_run_whose_id_goes(store: Store, folder: Path) -> None:
    run_id = bring(store, a_recording(), b"x").run_ids[0]
    road = store.add_shoe(ROAD, at=NOW)
    store.add_shoe_uses([ShoeUse(shoe_id=road.id, run_id=run_id)], at=NOW)
    started = store.runs()[0].activity.started_at
    assert started
    engine = engine_for(f"{(folder / DATABASE).as_uri()}?mode=rw")
    with writing(engine) as connection:
        before = records.sightings_near(connection, [started])
        places = {each.row: Place(run_id="another", group="another", shown=True) for each in before}
        records.put_places(connection, before, places)
    engine.dispose()
    assert [use.run_id for use in store.shoe_uses()] == ["another"]


def test_a_setting_is_replaced_and_taken_away(store: Store) -> None:
    for value in (68.5, ["tuesday", "sunday"], "Kim Ó Dwyer"):
        store.set_setting("name", value, at=NOW)
        assert store.settings() == {"name": value}
    store.set_setting("name", None, at=NOW)
    assert store.settings() == {}


WRITES: tuple[Callable[[Store], object], ...] = (
    lambda store: store.add_shoe(ROAD, at=NOW),
    lambda store: store.add_shoe_uses([], at=NOW),
    lambda store: store.retire_shoe(1, None),
    lambda store: store.remove_shoe(1),
    lambda store: store.set_setting("name", "Kim", at=NOW),
)


@pytest.mark.parametrize("write", WRITES)
def test_a_store_that_is_not_there_is_empty_and_takes_nothing(
    tmp_path: Path, write: Callable[[Store], object]
) -> None:
    with open_store(tmp_path / "none") as nothing:
        assert (nothing.shoes(), nothing.shoe_uses(), nothing.settings()) == ([], [], {})
        with pytest.raises(StoreError):
            write(nothing)
