"""The HTTP face of draws: their rules, rounds with odds and proof, and turns of customers."""

from siyu.draws.http.public import router as public
from siyu.draws.http.rounds import router as rounds
from siyu.draws.http.rules import router as rules
from siyu.draws.http.turns import router as turns

__all__ = ["public", "rounds", "rules", "turns"]
