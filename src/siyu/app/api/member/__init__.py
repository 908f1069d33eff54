"""What a member sees and does on their own pages: what several rooms know of the one who asks, and of nobody else."""

from siyu.app.api.member.check_in import router as check_in
from siyu.app.api.member.coupons import router as coupons
from siyu.app.api.member.data import router as data
from siyu.app.api.member.draws import router as draws
from siyu.app.api.member.free_orders import router as free_orders
from siyu.app.api.member.home import router as home
from siyu.app.api.member.invitations import router as invitations
from siyu.app.api.member.orders import router as orders
from siyu.app.api.member.paying import router as paying
from siyu.app.api.member.points import router as points
from siyu.app.api.member.shop import router as shop
from siyu.app.api.member.trials import router as trials

__all__ = [
    "check_in",
    "coupons",
    "data",
    "draws",
    "free_orders",
    "home",
    "invitations",
    "orders",
    "paying",
    "points",
    "shop",
    "trials",
]
