"""``demo.json``: which brand a folder holds, and how far it is filled."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

FILE: Final = "demo.json"


@dataclass(frozen=True, slots=True)
class Marker:
    """What the file says.

    Attributes:
        end: the moment at which the brand ends.
        done: everything is on the timelines.
        imported: names of the export files that are.
        tracked: the events of website and mini program were sent.
        stirred: so were those by which some come into a segment and some leave it.
        port: on which the brand's WeCom last was; 0 for none yet.
        official_port, program_port, pay_port: the same of its official account, its mini program and its WeChat Pay.
        token, aes_key: with which they sign and encrypt their callbacks.
    """

    people: int
    days: int
    seed: int
    end: str
    done: bool = False
    imported: tuple[str, ...] = ()
    tracked: bool = False
    stirred: bool = False
    port: int = 0
    token: str = ""
    aes_key: str = ""
    official_port: int = 0
    program_port: int = 0
    pay_port: int = 0

    def write(self, path: Path) -> None:
        """Replace the file. Only its owner can read it."""
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(self)), "utf-8")
        draft.replace(path)


def read_marker(path: Path) -> Marker | None:
    """How far the brand of this folder is; None when the file does not say."""
    try:
        said = json.loads(path.read_text("utf-8"))
        return Marker(**{**said, "imported": tuple(said["imported"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
