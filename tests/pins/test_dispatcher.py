"""What comes of a cue: stories in virtual time, on a platform with its faults by script."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.pins import PinState, Product
from livedesk.pins.gateways.base import Abilities
from livedesk.pins.pin import Pin
from livedesk.platforms.outcome import Answer, Departure
from tests.pins.desk import Desk
from tests.pins.platform import DOWN, DROPPED, LOST, OK, SLOW, Fate, Platform
from tests.pins.virtual import run_virtually, stand_still

WITHOUT_KEYS = Abilities(honours_keys=False)
BY_HAND = Abilities(can_pin=False, reads_back=False)


def story(
    platform: Platform, writes: Sequence[Fate] = (), reads: Sequence[Fate] = (), wanted: str = "a"
) -> tuple[Desk, Pin]:
    """One pin on a platform that is known already."""

    async def told() -> tuple[Desk, Pin]:
        desk = Desk(platform)
        await desk.known()
        platform.writes.extend(writes)
        platform.reads.extend(reads)
        platform.calls.clear()
        desk.cue("p", wanted)
        pin = await desk.settled("p")
        await asyncio.sleep(5)
        await desk.dispatcher.close()
        return desk, pin

    return run_virtually(told())


def took_ms(pin: Pin) -> float:
    assert pin.settled_mono_ns is not None
    return (pin.settled_mono_ns - pin.cued_mono_ns) / NS_PER_MS


class TestOnePin:
    def test_goes_from_cue_to_read_back(self) -> None:
        desk, pin = story(Platform())
        assert desk.states("p") == ["cued", "in_flight", "accepted", "confirmed"]
        assert (pin.attempts, pin.reads, pin.hedged) == (1, 1, False)
        assert pin.shown
        assert desk.platform.now_shows == "a"

    def test_is_on_record_before_the_first_byte(self) -> None:
        async def told() -> None:
            desk = Desk(Platform(), record_takes_s=0.05)
            desk.cue("p")
            await asyncio.sleep(0.049)
            assert desk.platform.sent == []
            pin = await desk.settled("p")
            assert desk.recorded == ["p"]
            assert pin.recorded

        run_virtually(told())

    def test_a_disk_that_hangs_is_told_and_waited_for_no_longer(self) -> None:
        async def told() -> Pin:
            desk = Desk(Platform(), record_takes_s=30)
            desk.cue("p")
            pin = await desk.settled("p")
            await desk.dispatcher.close()
            return pin

        pin = run_virtually(told())
        assert pin.state == "confirmed"
        assert not pin.recorded
        assert pin.sent_mono_ns is not None
        assert pin.sent_mono_ns - pin.cued_mono_ns == pytest.approx(200 * NS_PER_MS, abs=1e6)

    def test_an_unpin_is_a_pin_of_nothing(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            desk.cue("p")
            await desk.settled("p")
            desk.cue("u", None)
            await desk.settled("u")
            return desk

        desk = run_virtually(told())
        assert desk.last("u").state == "confirmed"
        assert desk.platform.now_shows is None

    def test_with_too_little_time_left_nothing_is_sent(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            await desk.known()
            desk.platform.sent.clear()
            desk.cue("p", age_ms=760)
            return desk

        desk = run_virtually(told())
        assert desk.states("p") == ["late"]
        assert desk.last("p").shown is False
        assert desk.platform.sent == []

    def test_what_finds_no_connection_in_time_never_leaves_and_fails_at_its_deadline(self) -> None:
        async def told() -> tuple[Desk, Pin]:
            desk = Desk(Platform())
            await desk.known()
            desk.platform.executed.clear()
            desk.platform.connects_s = 0.9
            desk.cue("p")
            pin = await desk.settled("p")
            await asyncio.sleep(5)
            return desk, pin

        desk, pin = run_virtually(told())
        assert desk.platform.executed == []
        assert (pin.state, pin.code, pin.shown) == ("failed", "not_reached", False)
        assert took_ms(pin) == pytest.approx(800, abs=1)

    def test_a_process_that_stood_still_sends_nothing_past_the_deadline(self) -> None:
        """Stopped for 5 s while the disk takes the intent, or while a call is out."""

        async def told(after_s: float) -> tuple[Desk, Pin]:
            desk = Desk(Platform(), record_takes_s=0.05)
            await desk.known()
            desk.platform.writes.extend([LOST] * 3)
            desk.platform.sent.clear()
            desk.cue("p")
            await asyncio.sleep(after_s)
            stand_still(5)
            return desk, await desk.settled("p")

        desk, pin = run_virtually(told(0.02))
        assert desk.platform.sent == []
        assert (pin.state, pin.shown) == ("late", False)
        desk, pin = run_virtually(told(0.1))
        assert len(desk.platform.sent) == 1
        assert (pin.state, pin.shown) == ("failed", False)

    def test_a_final_refusal_fails_at_once(self) -> None:
        no = Fate(takes_s=0.05, does=False, code="unknown_product", final=True)
        _desk, pin = story(Platform(), [no])
        assert (pin.state, pin.code, pin.attempts, pin.reads) == ("failed", "unknown_product", 1, 0)
        assert took_ms(pin) < 60
        assert pin.shown is False

    def test_a_dropped_answer_costs_one_more_call_and_has_one_effect(self) -> None:
        """Fault case 16."""
        desk, pin = story(Platform(), [DROPPED])
        assert (pin.state, pin.hedged) == ("confirmed", True)
        assert desk.platform.doubles == 0
        assert {write for _, write in desk.platform.sent[-2:]} == {"key-p"}

    def test_a_third_attempt_follows_two_silent_ones(self) -> None:
        desk, pin = story(Platform(), [SLOW, LOST])
        assert (pin.state, pin.attempts) == ("confirmed", 3)
        assert desk.platform.doubles == 0

    def test_three_silent_attempts_are_unknown_then_late(self) -> None:
        desk, pin = story(Platform(), [SLOW, SLOW, SLOW])
        assert desk.states("p") == ["cued", "in_flight", "unknown", "accepted", "late"]
        assert pin.shown
        assert pin.attempts == 3
        assert desk.platform.doubles == 0

    def test_three_lost_attempts_fail_when_nothing_more_can_come(self) -> None:
        desk, pin = story(Platform(), [LOST, LOST, LOST])
        assert (pin.state, pin.code, pin.shown) == ("failed", "no_answer", False)
        assert took_ms(pin) > 2_500
        assert "p" not in desk.platform.keys

    def test_a_read_that_fails_or_hangs_is_made_again(self) -> None:
        _, pin = story(Platform(), reads=[DOWN, LOST, SLOW])
        assert (pin.state, pin.attempts, pin.reads) == ("confirmed", 1, 4)

    def test_what_cannot_be_read_back_in_ten_seconds_stays_open_with_its_reason(self) -> None:
        _, pin = story(Platform(), [LOST] * 3, [DOWN] * 200)
        assert (pin.state, pin.shown) == ("unknown", None)
        assert took_ms(pin) >= 10_000
        assert pin.reason
        _, pin = story(Platform(), reads=[DOWN] * 200)
        assert (pin.state, pin.code) == ("accepted", "not_read_back")

    def test_a_yes_that_is_never_shown_fails(self) -> None:
        _, pin = story(Platform(), [Fate(does=False)])
        assert (pin.state, pin.code) == ("failed", "not_shown")

    def test_a_repeat_is_not_confirmed_by_what_was_shown_before(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            await desk.known()
            desk.cue("first")
            await desk.settled("first")
            desk.platform.writes.extend([LOST, LOST, Fate(takes_s=0.1)])
            desk.cue("again")
            pin = await desk.settled("again")
            assert pin.key in desk.platform.keys
            return desk

        desk = run_virtually(told())
        assert desk.last("again").state == "confirmed"
        assert desk.last("again").attempts == 3

    def test_without_read_back_it_ends_as_accepted(self) -> None:
        _, pin = story(Platform(Abilities(reads_back=False)))
        assert (pin.state, pin.shown, pin.latency_ms) == ("accepted", None, None)

    def test_calls_nobody_wants_are_given_up(self) -> None:
        desk, _ = story(Platform(), [SLOW], [LOST])
        assert desk.platform.given_up == 2


class TestWithoutKeys:
    def test_a_dropped_answer_is_found_by_reading(self) -> None:
        _, pin = story(Platform(WITHOUT_KEYS), [DROPPED])
        assert (pin.state, pin.attempts, pin.reads) == ("confirmed", 1, 1)

    def test_it_is_read_back_before_the_second_attempt(self) -> None:
        desk, pin = story(Platform(WITHOUT_KEYS), [LOST])
        assert (pin.state, pin.attempts, pin.reads) == ("confirmed", 2, 2)
        assert desk.platform.doubles == 0

    def test_a_read_that_tells_nothing_allows_no_second_attempt(self) -> None:
        _, pin = story(Platform(WITHOUT_KEYS), [LOST], [DOWN] * 40)
        assert pin.attempts == 1
        assert pin.state in ("failed", "unknown")


class TestLimits:
    def test_a_long_retry_after_fails_at_once_and_keeps_all_calls_away(self) -> None:
        """Fault case 17."""

        async def told() -> Desk:
            desk = Desk(Platform())
            await desk.known()
            limit = Fate(takes_s=0.02, does=False, code="rate_limited", retry_after_s=10)
            desk.platform.writes.append(limit)
            desk.cue("p")
            pin = await desk.settled("p")
            assert took_ms(pin) < 800
            assert (pin.state, pin.code, pin.attempts) == ("failed", "rate_limited", 1)
            assert not desk.calls.take("background", desk.clock.mono_ns())
            desk.cue("next")
            assert desk.states("next") == ["refused"]
            assert "Next pin possible in 10 s" in desk.last("next").reason
            await asyncio.sleep(10)
            desk.cue("later")
            assert (await desk.settled("later")).state == "confirmed"
            return desk

        run_virtually(told())

    def test_a_short_retry_after_is_waited_for(self) -> None:
        limit = Fate(takes_s=0.02, does=False, code="rate_limited", retry_after_s=0.2)
        desk, pin = story(Platform(), [limit])
        assert (pin.state, pin.attempts) == ("confirmed", 2)
        assert desk.platform.sent[-1][0] - desk.platform.sent[-2][0] >= 0.2

    def test_an_outage_drops_its_cues_visibly_and_sends_none_of_them_later(self) -> None:
        """Fault case 18: 503 for 30 s, a cue each second."""

        async def told() -> Desk:
            platform = Platform()
            desk = Desk(platform)
            await desk.known()
            platform.chance = lambda: DOWN
            for n in range(30):
                desk.cue(f"n{n}", f"n{n}")
                await asyncio.sleep(1)
                assert desk.last(f"n{n}").state == "failed"
                assert desk.last(f"n{n}").code == "server_error"
            assert len(platform.sent) - 12 < 30 + 5, "each cue is one try when the circuit is open"
            platform.chance = lambda: OK
            sent = len(platform.sent)
            await asyncio.sleep(30)
            assert len(platform.sent) == sent
            desk.cue("after", "after")
            assert (await desk.settled("after")).state == "confirmed"
            platform.writes.append(DOWN)
            desk.cue("closed", "closed")
            assert (await desk.settled("closed")).attempts == 2
            return desk

        run_virtually(told())

    def test_no_second_attempts_while_the_platform_is_slow(self) -> None:
        async def told() -> None:
            platform = Platform(chance=lambda: Fate(takes_s=0.5))
            desk = Desk(platform)
            for n in range(20):
                desk.cue(f"n{n}", f"n{n}")
                await desk.settled(f"n{n}")
            assert (await desk.settled("n19")).attempts == 1
            assert desk.last("n19").state == "late"

        run_virtually(told())

    def test_two_cues_a_second_on_a_hundred_a_minute_lose_none_silently(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform(), per_min=100)
            for n in range(240):
                desk.calls.take("background", desk.clock.mono_ns())
                desk.cue(f"n{n}", f"n{n}")
                await asyncio.sleep(0.5)
            await asyncio.sleep(100)
            return desk

        desk = run_virtually(told())
        fates = [desk.last(f"n{n}") for n in range(240)]
        assert all(pin.settled_mono_ns is not None for pin in fates)
        refused = [pin for pin in fates if pin.state == "refused"]
        assert refused
        assert all("Next pin possible in" in pin.reason for pin in refused)
        assert all(pin.settled_mono_ns == pin.received_mono_ns for pin in refused), "at once"
        accepted = [pin for pin in fates if pin.state == "accepted"]
        assert accepted, "writes go before reads"
        assert all("Not read back" in pin.reason for pin in accepted)
        assert {pin.state for pin in fates if pin.sent_mono_ns is None} <= {"refused", "superseded"}
        sent = {pin.key for pin in fates if pin.sent_mono_ns is not None}
        assert sent == desk.platform.keys
        times = [at for at, _ in desk.platform.sent]
        assert max(sum(at <= other < at + 60 for other in times) for at in times) <= 100

    def test_an_accepted_pin_is_read_back_when_calls_are_free_again(self) -> None:
        async def told() -> list[PinState]:
            desk = Desk(Platform(), per_min=10)
            for _ in range(8):
                assert desk.calls.take("pin", desk.clock.mono_ns())
            desk.cue("p")
            await asyncio.sleep(1)
            assert desk.last("p").state == "accepted"
            await desk.settled("p")
            return desk.states("p")

        assert run_virtually(told()) == ["cued", "in_flight", "accepted", "late"]


class TestNewerCues:
    def test_an_unsent_one_is_superseded(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            desk.cue("old", "a")
            desk.cue("new", "b")
            await desk.settled("new")
            return desk

        desk = run_virtually(told())
        assert desk.states("old") == ["cued", "superseded"]
        assert [key for _, key in desk.platform.sent] == ["key-new"]

    def test_one_that_waits_for_a_connection_never_leaves(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            await desk.known()
            desk.platform.executed.clear()
            desk.platform.connects_s = 0.4
            desk.cue("old", "a")
            await asyncio.sleep(0.2)
            desk.cue("new", "b")
            await desk.settled("new")
            await asyncio.sleep(5)
            return desk

        desk = run_virtually(told())
        assert [product_id for _, _, product_id in desk.platform.executed] == ["b"]
        assert desk.last("old").state == "superseded"
        assert desk.last("new").state == "confirmed"

    def test_one_in_flight_gets_no_more_attempts(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            await desk.known()
            desk.platform.writes.append(LOST)
            desk.cue("old", "a")
            await asyncio.sleep(0.05)
            desk.cue("new", "b")
            await desk.settled("new")
            await asyncio.sleep(5)
            return desk

        desk = run_virtually(told())
        assert desk.last("old").state == "superseded"
        assert [key for _, key in desk.platform.sent][12:] == ["key-old", "key-new"]
        assert desk.displaced == []

    def test_one_that_an_older_pin_displaced_is_sent_once_more(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            await desk.known()
            desk.platform.writes.append(SLOW)
            desk.cue("old", "a")
            await asyncio.sleep(0.05)
            desk.cue("new", "b")
            assert (await desk.settled("new")).state == "confirmed"
            await asyncio.sleep(6)
            return desk

        desk = run_virtually(told())
        assert [pin.id for pin in desk.displaced] == ["new"]
        assert desk.states("new")[-4:] == ["confirmed", "in_flight", "accepted", "confirmed"]
        new = desk.last("new")
        assert (new.shown, new.code, new.attempts) == (True, "displaced", 2)
        assert new.latency_ms is not None
        assert new.latency_ms < 800
        assert desk.platform.now_shows == "b"
        assert desk.platform.sent[-1][1] == "key-new/2"
        assert desk.platform.doubles == 0

    def test_displaced_before_it_was_read_back_it_is_sent_once_more_too(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            await desk.known()
            desk.platform.writes.append(Fate(takes_s=0.2))
            desk.cue("old", "a")
            await asyncio.sleep(0.05)
            desk.cue("new", "b")
            await desk.settled("new")
            return desk

        desk = run_virtually(told())
        assert desk.platform.now_shows == "b"
        assert desk.last("new").shown
        assert len(desk.displaced) == 1

    def test_what_another_person_pins_is_left_alone(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            await desk.known()
            desk.platform.writes.append(LOST)
            desk.cue("old", "a")
            await asyncio.sleep(0.05)
            desk.cue("new", "b")
            await desk.settled("new")
            desk.platform.now_shows = "somebody's"
            await asyncio.sleep(5)
            return desk

        desk = run_virtually(told())
        assert desk.displaced == []
        assert desk.platform.now_shows == "somebody's"

    def test_a_refused_cue_leaves_the_older_one_alone(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            desk.cue("old", "a")
            desk.cue("new", "b", age_ms=2_000)
            await desk.settled("old")
            return desk

        desk = run_virtually(told())
        assert desk.last("new").state == "late"
        assert desk.last("old").state == "confirmed"


class TestByHand:
    def test_it_waits_for_a_person_and_keeps_the_time(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform(BY_HAND))
            desk.cue("p")
            await asyncio.sleep(5)
            assert (desk.last("p").state, desk.last("p").by_hand) == ("in_flight", True)
            assert desk.dispatcher.by_hand("other", True, "", "Ann") is None
            pin = desk.dispatcher.by_hand("p", True, "", "Ann")
            assert pin is not None
            assert pin.state == "confirmed"
            assert pin.latency_ms == pytest.approx(5_000)
            assert desk.dispatcher.by_hand("p", True, "", "Ann") is None
            assert desk.dispatcher.unsettled == ()
            return desk

        assert run_virtually(told()).platform.calls == {}

    def test_a_newer_cue_takes_its_place(self) -> None:
        async def told() -> None:
            desk = Desk(Platform(BY_HAND))
            desk.cue("p")
            await asyncio.sleep(1)
            desk.cue("q", "b")
            await asyncio.sleep(1)
            assert desk.last("p").state == "superseded"
            assert desk.dispatcher.by_hand("p", True, "", "Ann") is None
            pin = desk.dispatcher.by_hand("q", False, "Not in the list.", "Ann")
            assert pin is not None
            assert (pin.state, pin.reason) == ("failed", "Not in the list.")

        run_virtually(told())


class TestAfterARestart:
    @pytest.mark.parametrize("state", ["cued", "in_flight", "accepted", "unknown"])
    def test_what_is_shown_is_told_and_nothing_is_sent(self, state: PinState) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            desk.platform.now_shows = "a"
            desk.dispatcher.recover([replace(desk.pin("p", age_ms=3_000), state=state)])
            await desk.settled("p")
            return desk

        desk = run_virtually(told())
        pin = desk.last("p")
        assert (pin.state, pin.shown) == ("late", True)
        assert desk.platform.sent == []

    def test_a_write_of_the_dead_engine_is_found_three_seconds_later(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            desk.dispatcher.recover([replace(desk.pin("p"), state="in_flight")])
            asyncio.get_running_loop().call_later(2, desk.platform._execute, "key-p", "a")
            await desk.settled("p")
            return desk

        desk = run_virtually(told())
        assert (desk.last("p").state, desk.platform.calls) == ("late", {"read": 2})

    def test_what_never_comes_has_failed(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            older, newer = desk.pin("old", "b"), desk.pin("p")
            newer = replace(newer, received_mono_ns=newer.received_mono_ns + 1)
            desk.dispatcher.recover([newer, older])
            await desk.settled("p")
            return desk

        desk = run_virtually(told())
        assert (desk.last("p").state, desk.last("p").shown) == ("failed", False)
        assert desk.last("old").state == "superseded"
        assert desk.platform.sent == []

    def test_a_pin_by_hand_waits_for_its_hand_again(self) -> None:
        async def told() -> None:
            desk = Desk(Platform(BY_HAND))
            desk.dispatcher.recover([replace(desk.pin("p"), state="in_flight", by_hand=True)])
            await asyncio.sleep(1)
            assert [pin.id for pin in desk.dispatcher.unsettled] == ["p"]
            assert desk.dispatcher.by_hand("p", True, "", "Ann") is not None

        run_virtually(told())

    def test_a_new_cue_is_guarded_against_the_dead_engines_write(self) -> None:
        async def told() -> Desk:
            desk = Desk(Platform())
            desk.dispatcher.recover([replace(desk.pin("p"), state="in_flight")])
            asyncio.get_running_loop().call_later(2, desk.platform._execute, "key-p", "a")
            await asyncio.sleep(0.1)
            desk.cue("new", "b")
            await asyncio.sleep(6)
            return desk

        desk = run_virtually(told())
        assert desk.platform.now_shows == "b"
        assert desk.last("p").state == "superseded"
        assert len(desk.displaced) == 1


def test_a_gateway_that_breaks_leaves_no_pin_in_flight() -> None:
    class Broken(Platform):
        async def pin(
            self, product: Product, key: str, limit_s: float, departure: Departure | None = None
        ) -> Answer:
            raise RuntimeError("a fault of ours")

    _, pin = story(Broken(), reads=[OK] * 40)
    assert (pin.state, pin.code, pin.shown) == ("failed", "internal", False)


def test_a_record_that_breaks_is_told_and_the_pin_goes_out() -> None:
    async def told() -> Pin:
        desk = Desk(Platform(), record_takes_s=-1)
        desk.cue("p")
        return await desk.settled("p")

    pin = run_virtually(told())
    assert (pin.state, pin.recorded) == ("confirmed", False)


def test_a_pin_recovered_after_a_new_cue_was_superseded_by_it() -> None:
    async def told() -> Desk:
        desk = Desk(Platform())
        older = desk.pin("old", "b", age_ms=900)
        desk.cue("new")
        desk.dispatcher.recover([older])
        await desk.settled("new")
        await desk.dispatcher.close()
        return desk

    desk = run_virtually(told())
    assert (desk.last("old").state, desk.last("new").state) == ("superseded", "confirmed")


def test_closing_leaves_what_is_open_to_the_next_engine() -> None:
    async def told() -> None:
        desk = Desk(Platform())
        pin = desk.cue("p")
        await asyncio.sleep(0.05)
        await desk.dispatcher.close()
        assert [open_pin.id for open_pin in desk.dispatcher.unsettled] == [pin.id]
        desk.cue("q")
        assert desk.states("q") == ["refused"]
        assert desk.clock.mono_ns() < pin.cued_mono_ns + NS_PER_S

    run_virtually(told())
