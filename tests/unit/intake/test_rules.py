"""The Segment contract, item by item."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.intake import rules
from siyu.intake.admission import admit, admit_again, refused_body
from siyu.intake.envelope import open_body, seal, tracking_claims
from siyu.intake.rules import Refusal

NOW = 1_760_000_000_000


def take(event: object, kind: str = "track", sent_ms: int | None = None) -> object:
    return admit(event, kind=kind, source_id=3, sent_ms=sent_ms, received_ms=NOW)


def opened(part: object) -> list[object]:
    assert isinstance(part, bytes), part
    return orjson.loads(part)


class TestAdmit:
    def test_takes_a_track_call(self) -> None:
        kind, source, message_id, occurred, received, claims, payload = opened(
            take({"event": "Cart Viewed", "userId": 42, "messageId": "m1"})
        )
        assert (kind, source, message_id, occurred, received, claims) == ("track", 3, "m1", NOW, NOW, None)
        assert payload["userId"] == "42"

    def test_gives_an_id_to_an_event_without_one(self) -> None:
        first, second = opened(take({"event": "A", "userId": "u"})), opened(take({"event": "A", "userId": "u"}))
        assert first[2].startswith("siyu-")
        assert first[2] != second[2]

    @pytest.mark.parametrize(
        ("kind", "event", "code"),
        [
            ("track", {"event": "A"}, "no_user_anon_id"),
            ("track", {"event": "A", "userId": None, "anonymousId": None}, "no_user_anon_id"),
            ("track", {"event": "A", "userId": "  "}, "no_user_anon_id"),
            ("track", {"userId": "u"}, "no_event"),
            ("track", {"userId": "u", "event": " "}, "no_event"),
            ("group", {"userId": "u"}, "no_group_id"),
            ("alias", {"userId": "u"}, "no_previous_id"),
            ("alias", {"previousId": "p"}, "no_previous_id"),
            ("", {"userId": "u", "type": "identfy"}, "unknown_type"),
            ("", {"userId": "u"}, "unknown_type"),
            ("identify", {"userId": "u", "traits": []}, "bad_object"),
            ("identify", {"userId": {"a": 1}}, "no_user_anon_id"),
            ("identify", {"userId": "u" * 257}, "identifier_too_long"),
            ("identify", {"userId": "u", "messageId": "m" * 257}, "bad_message_id"),
            ("identify", {"userId": "u", "timestamp": "yesterday"}, "bad_timestamp"),
            ("identify", {"userId": "u", "timestamp": "9999-99-99"}, "bad_timestamp"),
            ("identify", {"userId": "u", "traits": {"a": "x" * 40_000}}, "event_too_large"),
            ("identify", "u", "not_an_object"),
            ("identify", None, "not_an_object"),
        ],
    )
    def test_refuses_with_the_reason(self, kind: str, event: object, code: str) -> None:
        answer = take(event, kind)
        assert isinstance(answer, Refusal)
        assert answer.code == code
        assert answer.reason
        assert answer.reason_zh

    def test_external_ids_are_identifiers_too(self) -> None:
        event = {"event": "A", "context": {"externalIds": [{"id": "x", "type": "union_id", "collection": "users"}]}}
        assert isinstance(take(event), bytes)

    def test_a_megabyte_as_identifier_harms_nothing(self) -> None:
        answer = take({"event": "A", "userId": "u" * 1_000_000})
        assert isinstance(answer, Refusal)
        assert answer.code == "identifier_too_long"

    def test_a_refused_event_is_asked_again_as_it_was(self) -> None:
        event = {"event": "A", "messageId": "m"}
        body = refused_body(event, kind="track", source_id=3, sent_ms=None, received_ms=NOW)
        again = admit_again(body)
        assert isinstance(again, Refusal)
        mended = orjson.dumps([{**event, "userId": "u"}, *orjson.loads(body)[1:]])
        assert isinstance(admit_again(mended), bytes)


class TestOccurred:
    def test_the_senders_clock_is_corrected(self) -> None:
        # sent at 10:00 by a clock an hour slow, happened five minutes before it was sent
        assert rules.occurred_ms(NOW - 3_900_000, NOW - 3_600_000, NOW) == NOW - 300_000

    def test_ten_years_ago_stays_ten_years_ago(self) -> None:
        ten_years = 10 * 365 * 86_400_000
        assert rules.occurred_ms(NOW - ten_years, NOW, NOW) == NOW - ten_years
        assert rules.occurred_ms(NOW - ten_years, None, NOW) == NOW - ten_years

    def test_nothing_happens_after_it_was_received(self) -> None:
        assert rules.occurred_ms(NOW + 86_400_000, None, NOW) == NOW
        assert rules.occurred_ms(NOW + 86_400_000, NOW, NOW) == NOW

    @given(original=st.integers(0, NOW), sent=st.none() | st.integers(0, NOW * 2), skew=st.integers(-(10**9), 10**9))
    def test_age_does_not_depend_on_the_senders_clock(self, original: int, sent: int | None, skew: int) -> None:
        if sent is None or original > sent:
            return
        assert rules.occurred_ms(original + skew, sent + skew, NOW) == rules.occurred_ms(original, sent, NOW)

    @given(
        st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001 - the zone comes below
        st.integers(-14 * 60, 14 * 60),
    )
    def test_times_with_any_zone_are_read(self, moment: datetime, minutes: int) -> None:
        zoned = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
        read = rules.parse_time(zoned.isoformat())
        assert read == round(zoned.timestamp() * 1000)

    def test_a_time_without_zone_is_utc(self) -> None:
        assert rules.parse_time("2026-01-31T08:00:00") == round(datetime(2026, 1, 31, 8, tzinfo=UTC).timestamp() * 1000)


class TestNul:
    @given(
        st.recursive(
            st.text() | st.integers(-(2**63), 2**63), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
        )
    )
    def test_no_nul_is_left(self, value: object) -> None:
        assert "\\u0000" not in orjson.dumps(rules.without_nul(value)).decode().replace("\\\\", "")


class TestEnvelope:
    def test_messages_come_out_as_they_went_in(self) -> None:
        parts = [take({"event": "A", "userId": "u", "messageId": str(n)}) for n in range(3)]
        messages = open_body(seal([part for part in parts if isinstance(part, bytes)]))
        assert [message.message_id for message in messages] == ["0", "1", "2"]
        assert {(claim.type, claim.scope, claim.value) for claim in messages[0].claims} == {("user_id", "3", "u")}

    def test_identifiers_of_a_tracking_event(self) -> None:
        event = {
            "userId": "u",
            "anonymousId": "a",
            "traits": {"phone": "13800138000", "email": "a@b.c", "name": "x"},
            "context": {
                "traits": {"phone": 13900139000},
                "externalIds": [
                    {"id": "o1", "type": "open_id", "collection": "wx123"},
                    {"id": "n", "type": "union_id", "collection": "users"},
                    {"type": "nothing"},
                    7,
                ],
            },
        }
        found = {(claim.type, claim.scope, claim.value) for claim in tracking_claims("identify", 3, event)}
        assert found == {
            ("user_id", "3", "u"),
            ("anonymous_id", "3", "a"),
            ("open_id", "wx123", "o1"),
            ("union_id", "", "n"),
            ("phone", "", "13900139000"),
            ("phone", "", "13800138000"),
            ("email", "", "a@b.c"),
        }

    def test_alias_names_both_users(self) -> None:
        claims = tracking_claims("alias", 3, {"userId": "new", "previousId": "old"})
        assert [claim.value for claim in claims] == ["new", "old"]
