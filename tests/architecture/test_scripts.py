"""The checks of ``make check`` pass, and would notice."""

import pytest
from scripts import docs, hosts, licences, sizes


class TestDocs:
    def test_reference_is_what_the_code_says(self) -> None:
        assert docs.stale() == [], f"run: {docs.MEND}"


class TestLicences:
    def test_every_dependency_is_on_the_list(self) -> None:
        assert licences.offenders() == []

    def test_dependencies_of_dependencies_are_looked_at(self) -> None:
        assert {"starlette", "cffi", "mako"} <= set(licences.runtime())


class TestHosts:
    def test_no_file_names_one(self) -> None:
        assert hosts.offenders() == []

    @pytest.mark.parametrize(
        "line",
        [
            "https://" + "pypi." + "org/simple",
            "files.python" + "hosted.org",
            "open('" + "/wo" + "rk/main/x')",
            "cd " + "/ho" + "me/ann/siyu",
        ],
    )
    def test_would_be_noticed(self, line: str) -> None:
        assert any(pattern.search(line) for pattern in hosts.FORBIDDEN)

    @pytest.mark.parametrize(
        "line", ["GET /v1/batch", "~/wo" + "rk/x", "./root/x", "{data}/wo" + "rk/a", "docs.pypi" + ".organic"]
    )
    def test_is_not_over_eager(self, line: str) -> None:
        assert not any(pattern.search(line) for pattern in hosts.FORBIDDEN)


class TestSizes:
    def test_the_list_can_be_made(self) -> None:
        lines = sizes.large("benchmarks", "scripts")
        assert lines == sorted(lines, reverse=True)
        assert all(int(line.split()[0]) > sizes.FUNCTION_LINES for line in lines)
