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
from siyu.experiments.service.measuring import exposures, exposures_print
from siyu.experiments.service.programmes import (
    change_control,
    change_costs,
    change_holdout,
    holdout,
    programme,
    programmes,
    programmes_of,
    resume_programme,
    start_programme,
    stop_programme,
)
from siyu.experiments.service.watching import harm_counts, watch, weigh

__all__ = [
    "assign",
    "assign_many",
    "bucket",
    "change_control",
    "change_costs",
    "change_holdout",
    "counted",
    "expose",
    "expose_many",
    "exposures",
    "exposures_print",
    "harm_counts",
    "holdout",
    "places_of",
    "programme",
    "programmes",
    "programmes_of",
    "reassign",
    "resume_programme",
    "start_programme",
    "stop_programme",
    "watch",
    "weigh",
]
