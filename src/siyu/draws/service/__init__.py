"""What other rooms may ask of draws."""

from siyu.draws.service.entrants import entrants_of_round, publish_entrants, rank_entrants
from siyu.draws.service.following import apply, forget_draws, regroup_draws
from siyu.draws.service.free_orders import order_entries
from siyu.draws.service.playing import draw, draw_for, hand_out
from siyu.draws.service.reading import draw_of, draws_of, draws_of_round, odds_of, rule_of, turns_left, wins_of
from siyu.draws.service.rounds import end_due, end_round, publish, round_of, rounds, tally_of, warned_of
from siyu.draws.service.ruling import change_draw_rules, draw_rule_versions, draw_rules, read_draw_rules
from siyu.draws.service.taking_part import free_orders_for

__all__ = [
    "apply",
    "change_draw_rules",
    "draw",
    "draw_for",
    "draw_of",
    "draw_rule_versions",
    "draw_rules",
    "draws_of",
    "draws_of_round",
    "end_due",
    "end_round",
    "entrants_of_round",
    "forget_draws",
    "free_orders_for",
    "hand_out",
    "odds_of",
    "order_entries",
    "publish",
    "publish_entrants",
    "rank_entrants",
    "read_draw_rules",
    "regroup_draws",
    "round_of",
    "rounds",
    "rule_of",
    "tally_of",
    "turns_left",
    "warned_of",
    "wins_of",
]
