"""Rules of the house that no import linter sees. Each says what it prevents."""

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "siyu"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "__pycache__" not in path.parts)
_TABLE = re.compile(r"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)\.(\w+)")
_STATEMENT = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|MERGE INTO|TRUNCATE)\s")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(path)))


def room_of(path: Path) -> str:
    """``identity``, or ``engines.vault`` for what lies in the engines."""
    parts = path.relative_to(SOURCE).parts
    return f"engines.{parts[1].removesuffix('.py')}" if parts[0] == "engines" and len(parts) > 1 else parts[0]


@cache
def strings(path: Path) -> tuple[tuple[int, str], ...]:
    """String constants but docstrings, each with its line."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in nodes(path)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return tuple(
        (node.lineno, node.value)
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    )


@cache
def loaded_with(module: str) -> frozenset[str]:
    """What is imported when ``module`` is: modules of ours, and others by the names that stand there."""
    path = SOURCE.parent.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if module.partition(".")[0] != "siyu" or not path.exists():
        return frozenset()
    found = {module.rpartition(".")[0]}
    ahead: list[ast.AST] = [tree(path)]
    while ahead:
        node = ahead.pop()
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and not (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        ):
            ahead += ast.iter_child_nodes(node)
    return frozenset(found - {""})


def loaded_by(*modules: str) -> set[str]:
    """Everything that is imported when ``modules`` are, by them and by what they import."""
    seen, ahead = set[str](), list(modules)
    while ahead:
        seen.add(module := ahead.pop())
        ahead += loaded_with(module) - seen
    return seen


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def dotted(node: ast.expr) -> str:
    """``a.b.c`` as it is written; of what is no name only the dots behind it."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@cache
def calls(path: Path) -> tuple[tuple[int, str], ...]:
    """``a.b.c`` of every call and attribute, with its line."""
    return tuple((node.lineno, dotted(node)) for node in nodes(path) if isinstance(node, ast.Attribute | ast.Name))


class TestTables:
    """A room that reads another's table makes that table unchangeable."""

    @staticmethod
    def owners() -> dict[str, str]:
        found = {}
        for path in FILES:
            if path.parent.name == "migrations":
                for schema, table in _TABLE.findall(path.read_text("utf-8")):
                    found[f"{schema}.{table}"] = room_of(path)
        return found

    def test_every_room_keeps_to_one_schema_of_its_own(self) -> None:
        owners = self.owners()
        assert owners
        schemas: dict[str, set[str]] = {}
        for table, room in owners.items():
            schemas.setdefault(room, set()).add(table.partition(".")[0])
        assert schemas == {room: {room.rpartition(".")[2]} for room in schemas}

    def test_sql_stays_inside_its_room(self) -> None:
        owners = self.owners()
        pattern = re.compile(r"\b(?=(\w+\.\w+))")  # quicker than to try every name at every place
        strangers = [
            f"{where(path, line)} names {table}, which belongs to {owners[table]}"
            for path in FILES
            for line, text in strings(path)
            for table in pattern.findall(text)
            if owners.get(table, room_of(path)) != room_of(path)
        ]
        assert strangers == []

    def test_sql_lies_in_store_and_migrations(self) -> None:
        rooms = {path.name for path in SOURCE.iterdir() if path.is_dir()} - {"kernel", "engines", "app", "rehearsal"}
        stray = [
            where(path, line)
            for path in FILES
            if room_of(path) in rooms and not {"store", "store.py", "migrations"} & set(path.parts)
            for line, text in strings(path)
            if _STATEMENT.match(text)
        ]
        assert stray == []


class TestTransactions:
    def test_rooms_never_commit(self) -> None:
        """Half a batch that is durable cannot be taken back by the caller."""
        found = [
            where(path, line)
            for path in FILES
            if room_of(path) not in {"engines.postgres", "app", "rehearsal"}
            for line, name in calls(path)
            if name.endswith((".commit", ".rollback"))
        ]
        assert found == []

    def test_savepoints_and_errors_are_ours_and_the_drivers(self) -> None:
        """Two families of errors for one fault are one that somebody forgets to catch."""
        assert [
            where(path, line)
            for path in FILES
            if room_of(path) != "engines.postgres"
            for line, name in calls(path)
            if name.endswith((".begin_nested", ".exec_driver_sql")) and "migrations" not in path.parts
        ] == []
        assert [path for path in FILES if "sqlalchemy.exc" in path.read_text("utf-8")] == [
            SOURCE / "engines/http/errors.py",  # that no connection is free only the pool can say
            SOURCE / "engines/postgres/connection.py",
            SOURCE / "engines/postgres/statements.py",
        ]

    def test_a_process_listens_on_one_connection(self) -> None:
        """A NOTIFY wakes every connection that listens, also for the channel of another."""
        assert [p for p in FILES if '"LISTEN ' in p.read_text("utf-8")] == [SOURCE / "engines/postgres/listening.py"]

    def test_nobody_counts_rows(self) -> None:
        """With ON CONFLICT, ``rowcount`` says something else than one thinks; RETURNING says what happened."""
        assert [where(p, line) for p in FILES for line, name in calls(p) if name.endswith(".rowcount")] == []


class TestClock:
    def test_time_is_passed_in(self) -> None:
        """A rehearsal lives through half a year in minutes; code that asks the machine does not come along."""
        asked = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
        found = [
            f"{where(path, line)} {name}"
            for path in FILES
            if room_of(path) not in {"app", "rehearsal"} and path != SOURCE / "kernel" / "clock.py"
            for line, name in calls(path)
            if name in asked or name.removeprefix("datetime.") in asked
        ]
        assert found == []


class TestImports:
    def test_kernel_needs_only_the_standard_library(self) -> None:
        for path in (SOURCE / "kernel").rglob("*.py"):
            for node in nodes(path):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                for name in names:
                    top = name.split(".")[0]
                    assert top in sys.stdlib_module_names or name.startswith("siyu.kernel"), f"{path.name}: {name}"

    def test_nothing_of_ours_is_imported_by_name(self) -> None:
        """The import linter cannot see it; plugins come by entry points instead. Libraries are another thing:
        one may be optional, or too heavy to load whole.
        """
        found = []
        for path in FILES:
            for node in nodes(path):
                if isinstance(node, ast.Call) and dotted(node.func) in {"importlib.import_module", "__import__"}:
                    parts = [part for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant | ast.Name)]
                    names = [
                        part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    ]
                    if (
                        not names
                        or any(isinstance(part, ast.Name) and part.id != "sys" for part in parts)
                        or any(name.startswith("siyu") for name in names)
                    ):
                        found.append(where(path, node.lineno))
        assert found == []

    @pytest.mark.parametrize("heavy", ["numba", "openpyxl", "pandas", "scipy"])
    def test_what_few_need_is_not_loaded_by_every_process(self, heavy: str) -> None:
        """Each of them takes 25 to 60 MB, in every process of Siyu, and up to half a second of its start."""
        loaded = loaded_by("siyu.app.web", "siyu.app.worker", "siyu.app.relief", "siyu.app.cli.imports")
        assert heavy not in {name.partition(".")[0] for name in loaded}
        assert len(loaded) > 500

    @pytest.mark.parametrize("heavy", ["clickhouse_connect", "numpy", "sqlalchemy"])
    def test_the_supervisor_keeps_nothing_that_only_the_start_needs(self, heavy: str) -> None:
        assert heavy not in {name.partition(".")[0] for name in loaded_by("siyu.app.cli.run")}

    def test_only_the_registry_of_channels_loads_plugins(self) -> None:
        """What is loaded by an entry point was written by somebody else: one place looks at it before it is used."""
        loaders = {
            path.relative_to(SOURCE).as_posix()
            for path in FILES
            for node in nodes(path)
            if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("importlib.metadata"))
            or (isinstance(node, ast.Import) and any(one.name.startswith("importlib.metadata") for one in node.names))
        }
        assert loaders == {"channels/registry.py"}

    def test_ruff_names_no_exception_for_todo(self) -> None:
        marks = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b")
        assert [path for path in FILES if marks.search(path.read_text("utf-8"))] == []


class TestSending:
    """Nothing reaches a person except through the touch gate; one function of channels is its hand."""

    @staticmethod
    def callers(name: str) -> set[str]:
        """Files in which something of this name is called."""
        return {
            path.relative_to(SOURCE).as_posix()
            for path in FILES
            for node in nodes(path)
            if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == name
        }

    def test_a_plugin_sends_what_was_delivered_and_nothing_else(self) -> None:
        senders = {
            path.relative_to(SOURCE).as_posix()
            for path in FILES
            for node in nodes(path)
            if isinstance(node, ast.Attribute) and node.attr == "send"
        }
        plugins = {one for one in senders if re.match(r"channels/(wecom|wechat)/", one)}
        # The demo sends the events of a population to our own door.
        not_channels = {one for one in senders if one.startswith("app/demo/")}
        assert senders - plugins - not_channels == {"channels/service/sending.py"}

    def test_only_deliver_makes_a_delivery(self) -> None:
        makers = {
            where(path, line)
            for path in FILES
            for line, text in strings(path)
            if re.search(r"INSERT INTO channels\.delivery\b", text)
        }
        assert {one.partition(":")[0] for one in makers} == {"src/siyu/channels/store/deliveries.py"}
        users = {
            path.relative_to(SOURCE).as_posix()
            for path in FILES
            for line, name in calls(path)
            if name == "tables.insert" and "store import deliveries as tables" in path.read_text("utf-8")
        }
        assert users == {"channels/service/delivering.py"}

    def test_only_the_gate_delivers(self) -> None:
        """No room but touch, no route, no command, and in touch one place, behind the decision."""
        fakes = "rehearsal/"  # where a platform delivers to people is another thing
        assert {one for one in self.callers("deliver") if not one.startswith(fakes)} == {"touch/service/outgoing.py"}

    @pytest.mark.parametrize(
        ("said", "place"),
        [("welcome", "channels/service/welcome.py"), ("hand_over", "channels/service/passing.py")],
    )
    def test_what_is_said_without_the_gate_is_said_in_one_place(self, said: str, place: str) -> None:
        """Decision record 0021 says why these two. The fakes, and the door where staff ask for a transfer, say nothing."""
        others = ("channels/http/", "channels/wecom/", "channels/wechat/", "rehearsal/")
        assert {one for one in self.callers(said) if not one.startswith(others)} == {place}


class TestRooms:
    @pytest.mark.parametrize("room", sorted(p.parent.name for p in SOURCE.glob("*/__init__.py")))
    def test_says_what_it_owns(self, room: str) -> None:
        text = ast.get_docstring(tree(SOURCE / room / "__init__.py")) or ""
        assert len(text) > 20, f"{room}/__init__.py does not say what the room owns and which facts it publishes"

    @pytest.mark.parametrize("name", ["utils", "util", "helpers", "helper", "manager", "common", "misc"])
    def test_no_catch_all_drawer(self, name: str) -> None:
        assert [path for path in FILES if path.stem == name or name in path.parts] == []

    def test_tests_have_no_package_files(self) -> None:
        assert list((ROOT / "tests").rglob("__init__.py")) == []
