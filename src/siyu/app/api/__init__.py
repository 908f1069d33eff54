"""The API under ``/api/v1``: what several rooms answer together, and the rooms' own routes."""

from siyu.app.api import (
    arrivals,
    codes,
    console,
    contacts,
    customers,
    exports,
    imports,
    insight,
    intake,
    journeys,
    lifetime,
    live,
    member,
    overview,
    segments,
    system,
)
from siyu.channels import http as channels
from siyu.content import http as content
from siyu.draws import http as draws
from siyu.engines.access import http as access
from siyu.engines.http import Router, join
from siyu.experiments import http as experiments
from siyu.loyalty import http as loyalty
from siyu.members import http as members
from siyu.payments import http as payments
from siyu.rewards import http as rewards
from siyu.touch import http as touch
from siyu.trials import http as trials

router = Router()
join(
    router,
    access.router,
    arrivals.router,
    codes.router,
    console.router,
    contacts.router,
    overview.router,
    exports.router,
    customers.router,
    imports.router,
    insight.router,
    intake.router,
    journeys.router,
    lifetime.router,
    live.router,
    segments.router,
    system.router,
    channels.accounts,
    channels.codes,
    channels.media,
    channels.mirror,
    channels.operators,
    channels.acts,
    channels.tasks,
    experiments.router,
    experiments.holdouts,
    content.media,
    content.scripts,
    content.planning,
    loyalty.accounts,
    loyalty.by_hand,
    loyalty.whole,
    loyalty.earning,
    loyalty.tiers,
    loyalty.check_in,
    loyalty.tasks,
    draws.rules,
    draws.rounds,
    draws.turns,
    payments.payments,
    payments.transfers,
    rewards.rules,
    rewards.offers,
    rewards.redemptions,
    rewards.coupons,
    rewards.economy,
    rewards.templates,
    trials.trials,
    trials.applications,
    members.sign_in,
    member.home,
    member.check_in,
    member.points,
    member.orders,
    member.shop,
    member.paying,
    member.coupons,
    member.draws,
    member.free_orders,
    member.trials,
    member.invitations,
    member.data,
    touch.rules,
    touch.touches,
    touch.guard,
    touch.tasks,
    touch.announcements,
    touch.trials,
)
