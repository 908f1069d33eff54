"""What other rooms may ask of experiments."""

from siyu.experiments.rules import bucket
from siyu.experiments.service.assigning import (
    assign,
    assign_many,
    counted,
    expose,
    expose_many,
    places_of,
    reassign,
)
from siyu.experiments.service.programmes import (
    change_control,
    change_holdout,
    holdout,
    programme,
    programmes,
    resume_programme,
    start_programme,
    stop_programme,
)

__all__ = [
    "assign",
    "assign_many",
    "bucket",
    "change_control",
    "change_holdout",
    "counted",
    "expose",
    "expose_many",
    "holdout",
    "places_of",
    "programme",
    "programmes",
    "reassign",
    "resume_programme",
    "start_programme",
    "stop_programme",
]
