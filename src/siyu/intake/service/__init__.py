"""What other rooms may ask of the intake."""

from siyu.intake.service.imports import (
    advance_import,
    begin_import,
    fail_import,
    import_rejects,
    import_run,
    import_runs,
    load_mapping,
    mappings,
    save_mapping,
)
from siyu.intake.service.letters import bury, dead_letter_counts, dead_letters, discard, replay
from siyu.intake.service.queue import (
    CHANNEL,
    claim,
    depth,
    digest,
    finish,
    keep_seen,
    put,
    put_parts,
    serialised,
    unseen,
)

__all__ = [
    "CHANNEL",
    "advance_import",
    "begin_import",
    "bury",
    "claim",
    "dead_letter_counts",
    "dead_letters",
    "depth",
    "digest",
    "discard",
    "fail_import",
    "finish",
    "import_rejects",
    "import_run",
    "import_runs",
    "keep_seen",
    "load_mapping",
    "mappings",
    "put",
    "put_parts",
    "replay",
    "save_mapping",
    "serialised",
    "unseen",
]
