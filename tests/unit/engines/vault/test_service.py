import base64
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows, run, scalar
from siyu.engines.vault import keyring, service
from siyu.engines.vault.types import SealBroken, VaultKeyMissing, VaultKeyWrong, VaultNotOpen

PHONE = "+8618612345678"


class TestStore:
    def test_returns_fingerprints_in_order_with_repeats(self, conn: Connection) -> None:
        items = [("phone", PHONE), ("name", "张三"), ("phone", PHONE)]
        prints = service.store(conn, items)
        assert prints == service.fingerprints(items) == [service.fingerprint(*item) for item in items]
        assert prints[0] == prints[2] != prints[1]
        assert all(len(print_) == 32 for print_ in prints)
        assert scalar(conn, "SELECT count(*) FROM vault.item") == 2

    def test_a_repeat_encrypts_nothing(self, conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        first = service.store(conn, [("phone", PHONE)])
        monkeypatch.setattr(keyring.Keyring, "encrypt", None)
        assert service.store(conn, [("phone", PHONE)]) == first

    def test_nothing_in_clear(self, conn: Connection) -> None:
        service.store(conn, [("phone", PHONE), ("address", "浙江省杭州市西湖区文三路 1 号")])
        dump = str(rows(conn, "SELECT i::text FROM vault.item AS i"))
        assert PHONE[5:] not in dump
        assert PHONE.encode().hex() not in dump
        assert "文三路" not in dump

    def test_kinds_do_not_mix(self) -> None:
        assert service.fingerprint("phone", "1") != service.fingerprint("name", "1")

    def test_empty(self, conn: Connection) -> None:
        assert service.store(conn, []) == []
        assert service.masked(conn, []) == {}

    @pytest.mark.parametrize("value", ["", "a\x00b", "\ud800", "x" * 100_000])
    def test_odd_values_come_back(self, conn: Connection, value: str) -> None:
        (print_,) = service.store(conn, [("name", value)])
        assert service.reveal(conn, actor="t", items=[("name", print_)], reason="t") == {print_: value}

    def test_two_batches_with_the_same_people_do_not_deadlock(self, database: Database) -> None:
        items = [("phone", f"+86186{n:08d}") for n in range(3000)]
        problems: list[Exception] = []

        def work(mine: list[tuple[str, str]]) -> None:
            try:
                with database.transaction() as conn:
                    service.store(conn, mine)
            except Exception as problem:  # noqa: BLE001
                problems.append(problem)

        threads = [threading.Thread(target=work, args=(order,)) for order in (items, items[::-1], items[1500:] + items)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert not problems
        with database.transaction() as conn:
            assert scalar(conn, "SELECT count(*) FROM vault.item") == 3000

    def test_fast_enough_for_imports(self) -> None:
        items = [("phone", f"+86186{n:08d}") for n in range(50_000)]
        best = min(_seconds(items) for _ in range(3))
        assert len(items) / best > 100_000  # alone on a core it is above 400,000


class TestReveal:
    def test_shows_and_audits(self, conn: Connection) -> None:
        phone, name = service.store(conn, [("phone", PHONE), ("name", "张三")])
        items = [("phone", phone), ("name", name), ("phone", "0" * 32)]
        assert service.reveal(conn, actor="operator:7", items=items, reason="call back") == {phone: PHONE, name: "张三"}
        (entry,) = access.audit_page(conn)
        assert (entry.actor, entry.action, entry.details["reason"]) == ("operator:7", "personal.revealed", "call back")
        assert sorted(entry.details["items"]) == sorted([f"phone:{phone}", f"name:{name}"])
        assert PHONE not in str(entry)

    def test_swapped_ciphertext_is_noticed(self, conn: Connection) -> None:
        one, two = service.store(conn, [("phone", PHONE), ("phone", "+8613900000000")])
        run(
            conn,
            "UPDATE vault.item SET sealed = (SELECT sealed FROM vault.item WHERE fingerprint = CAST(:one AS uuid)) "
            "WHERE fingerprint = CAST(:two AS uuid)",
            one=one,
            two=two,
        )
        with pytest.raises(SealBroken):
            service.reveal(conn, actor="t", items=[("phone", two)], reason="t")

    def test_masked_needs_no_key(self, conn: Connection) -> None:
        (print_,) = service.store(conn, [("phone", PHONE)])
        service._open.clear()
        assert service.masked(conn, [("phone", print_), ("name", print_)]) == {print_: "186****5678"}
        with pytest.raises(VaultNotOpen):
            service.fingerprint("phone", PHONE)


class TestErase:
    def test_gone_for_good_and_audited(self, conn: Connection) -> None:
        (print_,) = service.store(conn, [("phone", PHONE)])
        items = [("phone", print_)]
        assert service.erase(conn, actor="operator:1", items=items, reason="asked") == 1
        assert service.erase(conn, actor="operator:1", items=items, reason="asked") == 0
        assert service.reveal(conn, actor="t", items=items, reason="t") == {}
        assert service.masked(conn, items) == {}
        assert [e.action for e in access.audit_page(conn)][-1] == "personal.erased"


class TestOpenKeyring:
    def test_first_start_makes_a_key_and_the_next_reads_it(self, conn: Connection, tmp_path: Path) -> None:
        file = tmp_path / "keys" / "vault.key"
        first = service.open_keyring(conn, key="", file=file)
        assert service.open_keyring(conn, key="", file=file).root_id == first.root_id

    def test_a_lost_key_is_never_replaced(self, conn: Connection, tmp_path: Path) -> None:
        file = tmp_path / "vault.key"
        service.open_keyring(conn, key="", file=file)
        file.unlink()
        with pytest.raises(VaultKeyMissing, match="backup"):
            service.open_keyring(conn, key="", file=file)
        assert not file.exists()

    def test_another_key_is_refused(self, database: Database, tmp_path: Path) -> None:
        with database.transaction() as conn:
            service.open_keyring(conn, key="", file=tmp_path / "vault.key")
        other = base64.b64encode(keyring.new_key()).decode()
        with pytest.raises(VaultKeyWrong, match="was filled under"), database.transaction() as conn:
            service.open_keyring(conn, key=other, file=tmp_path / "vault.key")
        with database.transaction() as conn:
            service.open_keyring(conn, key="", file=tmp_path / "vault.key")

    def test_rotation(self, conn: Connection, tmp_path: Path) -> None:
        old, new = (base64.b64encode(keyring.new_key()).decode() for _ in range(2))
        service.configure(service.open_keyring(conn, key=old, file=tmp_path / "no"))
        prints = service.store(conn, [("phone", f"+86186{n:08d}") for n in range(10)])
        service.configure(service.open_keyring(conn, key=f"{old},{new}", file=tmp_path / "no"))
        assert [service.reseal(conn, limit=6) for _ in range(3)] == [6, 4, 0]
        shown = service.reveal(conn, actor="t", items=[("phone", print_) for print_ in prints], reason="t")
        assert len(shown) == 10
        with pytest.raises(VaultKeyWrong, match="are not given"):
            service.open_keyring(conn, key=old, file=tmp_path / "no")


class TestSeal:
    def test_round_trip(self) -> None:
        assert service.open_sealed(service.seal(b"\x00dead letter")) == b"\x00dead letter"


def _seconds(items: list[tuple[str, str]]) -> float:
    start = time.thread_time()  # not what others take of the processor
    service.fingerprints(items)
    return time.thread_time() - start
