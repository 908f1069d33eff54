"""The permission table: every route has an entry, and every role is let in or kept out exactly as it says."""

from collections.abc import Callable, Iterator
from typing import Final

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from siyu.app.web import create_app
from siyu.engines.access.rules import RIGHTS, rights_of
from siyu.engines.access.types import Principal, Role
from siyu.engines.http.security import caller
from siyu.kernel.errors import NotAllowed
from siyu.members.http.asking import theirs

SIGNED_IN: Final = "signed in"  # any operator or key
WRITE_KEY: Final = "write key"  # of a source: the contract of Segment
SIGNATURE: Final = "signature"  # of a platform, which the plugin checks
ANYBODY: Final = "anybody"
LOGIN: Final = "login"  # of people on the brand's pages and in its apps: the platform says who it is
MEMBER: Final = "member"  # who signed in there: the token is theirs and no operator's

# A route that is not here does not pass: decide who may use it, and write it down.
TABLE: Final[dict[str, str]] = {
    "DELETE /api/v1/api-keys/{key_id}": "keys.manage",
    "DELETE /api/v1/imports/files/{file_id}": "imports.run",
    "DELETE /api/v1/imports/mappings/{name}": "imports.run",
    "DELETE /api/v1/insight/funnels/{funnel_id}": "insight.read",
    "DELETE /api/v1/sources/{source_id}/write-keys/{key_id}": "sources.manage",
    "GET /api/v1/journeys": "journeys.read",
    "POST /api/v1/journeys": "journeys.manage",
    "POST /api/v1/journeys/broadcasts": "journeys.manage",
    "GET /api/v1/journeys/templates": "journeys.read",
    "POST /api/v1/journeys/check": "journeys.read",
    "PUT /api/v1/journeys/yaml": "journeys.manage",
    "GET /api/v1/journeys/rehearsals/{rehearsal_id}": "customers.read journeys.read",
    "POST /api/v1/journeys/rehearsals/{rehearsal_id}/cancel": "customers.read journeys.manage",
    "GET /api/v1/journeys/{journey_id}": "journeys.read",
    "PUT /api/v1/journeys/{journey_id}/draft": "journeys.manage",
    "DELETE /api/v1/journeys/{journey_id}/draft": "journeys.manage",
    "GET /api/v1/journeys/{journey_id}/check": "journeys.read",
    "POST /api/v1/journeys/{journey_id}/publish": "journeys.manage",
    "GET /api/v1/journeys/{journey_id}/versions": "journeys.read",
    "GET /api/v1/journeys/{journey_id}/versions/{number}": "journeys.read",
    "GET /api/v1/journeys/{journey_id}/yaml": "journeys.read",
    "POST /api/v1/journeys/{journey_id}/start": "journeys.manage",
    "POST /api/v1/journeys/{journey_id}/pause": "journeys.manage",
    "POST /api/v1/journeys/{journey_id}/drain": "journeys.manage",
    "POST /api/v1/journeys/{journey_id}/stop": "journeys.manage",
    "POST /api/v1/journeys/{journey_id}/migrate": "journeys.manage",
    "GET /api/v1/journeys/{journey_id}/figures": "journeys.read",
    "GET /api/v1/journeys/{journey_id}/calls": "journeys.read",
    "POST /api/v1/journeys/{journey_id}/secret": "journeys.manage",
    "POST /api/v1/journeys/{journey_id}/secret/renew": "journeys.manage",
    "POST /api/v1/journeys/{journey_id}/people": "journeys.manage",
    "POST /api/v1/journeys/{journey_id}/crowd": "journeys.manage",
    "GET /api/v1/journeys/{journey_id}/steps/{step}/people": "customers.read journeys.read",
    "POST /api/v1/journeys/{journey_id}/rehearsals": "journeys.manage",
    "GET /api/v1/journeys/{journey_id}/rehearsals": "journeys.read",
    "GET /api/v1/customers/{customer_id}/journeys": "customers.read journeys.read",
    "GET /api/v1/staff-tasks": "tasks.do",
    "GET /api/v1/staff-tasks/whose": "tasks.do",
    "GET /api/v1/channels/operators": "operators.manage",
    "PUT /api/v1/channels/operators/{operator_id}": "operators.manage",
    "POST /api/v1/staff-tasks/{task_id}/done": "tasks.do",
    "POST /api/v1/staff-tasks/{task_id}/decline": "tasks.do",
    "GET /api/v1/journeys/{journey_id}/steps/{step}/customers": "customers.read journeys.read",
    "POST /api/v1/journeys/yaml/read": "journeys.read",
    "POST /api/v1/journeys/yaml/write": "journeys.read",
    "GET /api/v1/segments": "segments.read",
    "POST /api/v1/segments": "segments.manage",
    "POST /api/v1/segments/check": "segments.read",
    "POST /api/v1/segments/preview": "segments.read",
    "POST /api/v1/segments/set": "segments.read",
    "POST /api/v1/segments/set/people": "customers.read segments.read",
    "GET /api/v1/segments/lists": "segments.read",
    "GET /api/v1/segments/offers": "segments.read",
    "GET /api/v1/segments/uses": "segments.read",
    "POST /api/v1/segments/problems": "segments.read",
    "POST /api/v1/segments/lists": "segments.manage",
    "DELETE /api/v1/segments/lists/{list_id}": "segments.manage",
    "GET /api/v1/segments/{segment_id}": "segments.read",
    "PUT /api/v1/segments/{segment_id}": "segments.manage",
    "DELETE /api/v1/segments/{segment_id}": "segments.manage",
    "POST /api/v1/segments/{segment_id}/evaluate": "segments.manage",
    "GET /api/v1/segments/{segment_id}/people": "customers.read segments.read",
    "GET /api/v1/segments/{segment_id}/movers": "customers.read segments.read",
    "GET /api/v1/segments/{segment_id}/moves": "segments.read",
    "GET /api/v1/segments/{segment_id}/evaluations": "segments.read",
    "GET /api/v1/segments/{segment_id}/overlap/{other_id}": "segments.read",
    "GET /api/v1/api-keys": "keys.manage",
    "GET /api/v1/arrivals": "sources.read",
    "GET /api/v1/audit": "audit.read",
    "GET /api/v1/channels/accounts": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/contacts/{contact_id}": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/groups": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/groups/{group_id}/members": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/handovers": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/heirless": "channels.act",
    "GET /api/v1/channels/accounts/{account_id}/marks": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/media/{file_id}": "channels.read",
    "POST /api/v1/channels/accounts/{account_id}/media": "channels.manage",
    "GET /api/v1/channels/accounts/{account_id}/marks/{order_id}": "channels.read",
    "PATCH /api/v1/channels/accounts/{account_id}/tags/{tag_id}": "channels.act",
    "POST /api/v1/channels/accounts/{account_id}/handovers": "channels.act",
    "POST /api/v1/channels/accounts/{account_id}/handovers/groups": "channels.act",
    "POST /api/v1/channels/accounts/{account_id}/marks": "channels.act",
    "POST /api/v1/channels/accounts/{account_id}/staff/{staff_id}/contacts/{contact_id}/note": "channels.act",
    "POST /api/v1/channels/accounts/{account_id}/tags": "channels.act",
    "POST /api/v1/channels/accounts/{account_id}/tags/delete": "channels.act",
    "GET /api/v1/channels/accounts/{account_id}/mirror": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/quotas": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/staff": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/staff/{staff_id}/contacts": "channels.read",
    "POST /api/v1/channels/accounts/{account_id}/contacts/who": "channels.read customers.read",
    "GET /api/v1/channels/accounts/{account_id}/tags": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/tasks": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/tasks/{handle}": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/tasks/{handle}/results": "channels.read",
    "POST /api/v1/channels/accounts/{account_id}/tasks/{handle}/cancel": "channels.act",
    "POST /api/v1/channels/accounts/{account_id}/tasks/{handle}/remind": "channels.act",
    "GET /api/v1/channels/accounts/{account_id}/walks": "channels.read",
    "GET /api/v1/channels/accounts/{account_id}/walks/{walk_id}": "channels.read",
    "GET /api/v1/channels/codes": "channels.read",
    "GET /api/v1/channels/codes/figures": "channels.read",
    "GET /api/v1/channels/codes/{code_id}": "channels.read",
    "GET /api/v1/channels/codes/{code_id}/cards": "channels.read",
    "GET /api/v1/channels/codes/{code_id}/cards.csv": "channels.manage",
    "GET /api/v1/channels/codes/{code_id}/cards.zip": "channels.manage",
    "GET /api/v1/channels/codes/{code_id}/figures": "channels.read",
    "GET /api/v1/channels/codes/{code_id}/people": "channels.read customers.read",
    "GET /api/v1/channels/codes/{code_id}/poster": "channels.read",
    "GET /api/v1/channels/codes/{code_id}/qr": "channels.read",
    "GET /api/v1/channels/codes/{code_id}/welcomes": "channels.read",
    "GET /api/v1/channels/kinds": "channels.read",
    "GET /api/v1/console/config": ANYBODY,
    "GET /api/v1/customers": "customers.read",
    "GET /api/v1/customers/exports": "customers.read",
    "GET /api/v1/customers/exports/{export_id}": "customers.read",
    "GET /api/v1/customers/exports/{export_id}/file": "customers.read",
    "GET /api/v1/customers/find": "customers.read",
    "GET /api/v1/customers/{customer_id}": "customers.read",
    "GET /api/v1/customers/{customer_id}/graph": "customers.read",
    "GET /api/v1/customers/{customer_id}/orders": "customers.read",
    "GET /api/v1/customers/{customer_id}/referrals": "customers.read",
    "GET /api/v1/customers/{customer_id}/timeline": "customers.read",
    "GET /api/v1/dead-letters": "intake.read",
    "GET /api/v1/dead-letters/groups": "intake.read",
    "GET /api/v1/identity/assets": "customers.read",
    "GET /api/v1/identity/review": "identity.manage",
    "GET /api/v1/imports": "imports.run",
    "GET /api/v1/imports/files/{file_id}": "imports.run",
    "GET /api/v1/imports/mappings": "imports.run",
    "GET /api/v1/imports/{run_id}": "imports.run",
    "GET /api/v1/imports/{run_id}/reject-list": "imports.run",
    "GET /api/v1/imports/{run_id}/rejects": "imports.run",
    "GET /api/v1/insight/assets": "insight.read",
    "GET /api/v1/insight/facts-by-day": "insight.read",
    "GET /api/v1/insight/funnels": "insight.read",
    "GET /api/v1/insight/funnels/{funnel_id}": "insight.read",
    "GET /api/v1/insight/lifetime": "insight.read",
    "GET /api/v1/insight/lifetime/calibration/people": "customers.read insight.read",
    "GET /api/v1/insight/lifetime/distribution": "insight.read",
    "GET /api/v1/insight/ltv": "insight.read",
    "GET /api/v1/insight/ltv/people": "customers.read insight.read",
    "GET /api/v1/insight/ltv/spread": "insight.read",
    "GET /api/v1/insight/retention": "insight.read",
    "GET /api/v1/insight/retention/people": "customers.read insight.read",
    "GET /api/v1/content/calendars": "content.read",
    "POST /api/v1/content/calendars": "content.manage",
    "GET /api/v1/content/calendars/{calendar_id}": "content.read",
    "PUT /api/v1/content/calendars/{calendar_id}": "content.manage",
    "GET /api/v1/content/calendars/{calendar_id}/posts": "content.read",
    "POST /api/v1/content/calendars/{calendar_id}/posts": "content.manage",
    "DELETE /api/v1/content/calendars/{calendar_id}/posts/{post_id}": "content.manage",
    "PUT /api/v1/content/calendars/{calendar_id}/posts/{post_id}": "content.manage",
    "GET /api/v1/content/exclusions": "content.read",
    "PUT /api/v1/content/exclusions": "content.manage",
    "POST /api/v1/content/fits": "content.read",
    "GET /api/v1/content/materials": "content.read",
    "POST /api/v1/content/materials": "content.manage",
    "POST /api/v1/content/materials/check": "content.read",
    "GET /api/v1/content/materials/{material_id}": "content.read",
    "PUT /api/v1/content/materials/{material_id}": "content.manage",
    "PUT /api/v1/content/materials/{material_id}/archived": "content.manage",
    "POST /api/v1/content/media": "content.manage",
    "GET /api/v1/content/media/{hash_}": "content.read",
    "GET /api/v1/content/mixes": "content.read",
    "GET /api/v1/content/personas": "content.read",
    "POST /api/v1/content/personas": "content.manage",
    "GET /api/v1/content/personas/{persona_id}": "content.read",
    "PUT /api/v1/content/personas/{persona_id}": "content.manage",
    "POST /api/v1/content/personas/{persona_id}/adjustments": "content.read",
    "POST /api/v1/content/preview": "content.read customers.read",
    "GET /api/v1/content/scripts": "content.read",
    "POST /api/v1/content/scripts": "content.manage",
    "POST /api/v1/content/scripts/check": "content.read",
    "GET /api/v1/content/scripts/{script_id}": "content.read",
    "PUT /api/v1/content/scripts/{script_id}/archived": "content.manage",
    "POST /api/v1/content/scripts/{script_id}/versions": "content.manage",
    "GET /api/v1/content/scripts/{script_id}/versions/{version}": "content.read",
    "GET /api/v1/holdout": "journeys.read",
    "PUT /api/v1/holdout": "journeys.manage",
    "GET /api/v1/programmes": "journeys.read",
    "GET /api/v1/programmes/{programme_id}": "journeys.read",
    "PUT /api/v1/programmes/{programme_id}/control": "journeys.manage",
    "PUT /api/v1/programmes/{programme_id}/costs": "journeys.manage",
    "GET /api/v1/programmes/customers/{customer_id}": "journeys.read",
    "GET /api/v1/insight/lift": "insight.read",
    "GET /api/v1/insight/lift/{programme_id}": "insight.read",
    "GET /api/v1/touch/programmes/{programme_id}/guard": "touch.read",
    "PUT /api/v1/touch/programmes/{programme_id}/guard": "touch.manage",
    "GET /api/v1/insight/rfm": "insight.read",
    "GET /api/v1/insight/rfm/people": "customers.read insight.read",
    "GET /api/v1/insight/schema": "insight.read",
    "GET /api/v1/live": "customers.read",
    "GET /api/v1/me": SIGNED_IN,
    "GET /api/v1/operators": "operators.manage",
    "GET /api/v1/overview": "insight.read",
    "GET /api/v1/overview/flows/people": "customers.read insight.read",
    "GET /api/v1/rights": SIGNED_IN,
    "GET /api/v1/sources": "sources.read",
    "GET /api/v1/sources/{source_id}": "sources.read",
    "GET /api/v1/sources/{source_id}/live": "sources.read",
    "GET /api/v1/system": "system.read",
    "GET /callback/{channel}/{account_id}": SIGNATURE,
    "GET /e/{public_id}": ANYBODY,
    "GET /e/{public_id}/qr": ANYBODY,
    "GET /media/{hash_}": ANYBODY,
    "GET /draw/{round_id}": ANYBODY,
    "GET /draw/{round_id}/entrants": ANYBODY,
    "GET /first-owner": ANYBODY,
    "GET /health/live": ANYBODY,
    "GET /health/ready": ANYBODY,
    "GET /metrics": ANYBODY,
    "GET /pixel/v1/page": WRITE_KEY,
    "GET /pixel/v1/track": WRITE_KEY,
    "GET /sourceConfig": ANYBODY,
    "GET /sourceConfig/": ANYBODY,
    "GET /v1/pixel/page": WRITE_KEY,
    "GET /v1/pixel/track": WRITE_KEY,
    "GET /v1/projects/{write_key}/settings": WRITE_KEY,
    "GET /wechat/{account_id}/authorize": LOGIN,
    "GET /member/v1/brand": ANYBODY,
    "POST /member/v1/codes": LOGIN,
    "POST /member/v1/sign-in/phone": LOGIN,
    "POST /member/v1/sign-in/platform": LOGIN,
    "POST /member/v1/sign-out": LOGIN,
    "POST /member/v1/phone": MEMBER,
    "GET /member/v1/home": MEMBER,
    "GET /member/v1/tasks": MEMBER,
    "GET /member/v1/invitations": MEMBER,
    "GET /member/v1/invitations/code.svg": MEMBER,
    "GET /member/v1/check_in": MEMBER,
    "POST /member/v1/check_in": MEMBER,
    "POST /member/v1/check_in/make_up": MEMBER,
    "GET /member/v1/points": MEMBER,
    "GET /member/v1/points/entries": MEMBER,
    "GET /member/v1/orders": MEMBER,
    "GET /member/v1/rewards": MEMBER,
    "GET /member/v1/rewards/{offer_id}": MEMBER,
    "POST /member/v1/rewards/{offer_id}/redeem": MEMBER,
    "GET /member/v1/redemptions": MEMBER,
    "GET /member/v1/redemptions/{redemption_id}": MEMBER,
    "POST /member/v1/redemptions/{redemption_id}/pay": MEMBER,
    "POST /member/v1/redemptions/{redemption_id}/pay_in_browser": MEMBER,
    "POST /member/v1/redemptions/{redemption_id}/look": MEMBER,
    "POST /member/v1/redemptions/{redemption_id}/leave": MEMBER,
    "GET /member/v1/transfers": MEMBER,
    "POST /member/v1/transfers/{transfer_id}/claim": MEMBER,
    "POST /member/v1/transfers/{transfer_id}/look": MEMBER,
    "GET /member/v1/coupons": MEMBER,
    "POST /member/v1/coupons/claim": MEMBER,
    "GET /member/v1/coupons/{coupon_id}": MEMBER,
    "GET /member/v1/coupons/{coupon_id}/code.svg": MEMBER,
    "GET /member/v1/draws": MEMBER,
    "GET /member/v1/free_orders": MEMBER,
    "POST /member/v1/draws/{round_id}/turns": MEMBER,
    "GET /member/v1/trials": MEMBER,
    "GET /member/v1/trials/{trial_id}": MEMBER,
    "POST /member/v1/trials/{trial_id}/apply": MEMBER,
    "POST /member/v1/trials/{trial_id}/withdraw": MEMBER,
    "POST /member/v1/trials/{trial_id}/report": MEMBER,
    "GET /member/v1/applications": MEMBER,
    "GET /member/v1/wins": MEMBER,
    "GET /member/v1/data": MEMBER,
    "PATCH /member/v1/data/profile": MEMBER,
    "PUT /member/v1/data/consents": MEMBER,
    "POST /member/v1/data/export": MEMBER,
    "POST /member/v1/data/deletion": MEMBER,
    "POST /member/v1/data/deletion/take_back": MEMBER,
    "GET /wechat/{account_id}/back": LOGIN,
    "GET /wechat/{account_id}/subscribe": LOGIN,
    "GET /wechat/{account_id}/subscribed": LOGIN,
    "PATCH /api/v1/channels/accounts/{account_id}": "channels.manage",
    "PATCH /api/v1/channels/codes/{code_id}": "channels.manage",
    "PATCH /api/v1/operators/{operator_id}": "operators.manage",
    "PATCH /api/v1/sources/{source_id}": "sources.manage",
    "POST /api/v1/api-keys": "keys.manage",
    "POST /api/v1/channels/accounts": "channels.manage",
    "DELETE /api/v1/channels/accounts/{account_id}": "channels.manage",
    "POST /api/v1/channels/accounts/{account_id}/health": "channels.manage",
    "POST /api/v1/channels/accounts/{account_id}/pause": "channels.manage",
    "POST /api/v1/channels/accounts/{account_id}/resume": "channels.manage",
    "POST /api/v1/channels/accounts/{account_id}/walks": "channels.manage",
    "POST /api/v1/channels/codes": "channels.manage",
    "POST /api/v1/channels/codes/{code_id}/archive": "channels.manage",
    "POST /api/v1/channels/codes/{code_id}/cards": "channels.manage",
    "POST /api/v1/channels/codes/{code_id}/renew": "channels.manage",
    "POST /api/v1/customers/exports": "customers.read",
    "POST /api/v1/customers/merge": "identity.manage",
    "POST /api/v1/customers/{customer_id}/reveal": "personal.reveal",
    "POST /api/v1/customers/{customer_id}/split": "identity.manage",
    "POST /api/v1/customers/{customer_id}/split-preview": "identity.manage",
    "POST /api/v1/dead-letters/discard": "intake.manage",
    "POST /api/v1/dead-letters/replay": "intake.manage",
    "POST /api/v1/dead-letters/settle": "intake.manage",
    "POST /api/v1/identity/review": "identity.manage",
    "POST /api/v1/imports": "imports.run",
    "POST /api/v1/imports/files": "imports.run",
    "POST /api/v1/imports/files/{file_id}/preview": "imports.run",
    "POST /api/v1/imports/files/{file_id}/run": "imports.run",
    "POST /api/v1/imports/preview": "imports.run",
    "POST /api/v1/imports/{run_id}/resume": "imports.run",
    "POST /api/v1/insight/funnel": "insight.read",
    "POST /api/v1/insight/funnel/people": "customers.read insight.read",
    "POST /api/v1/insight/funnels": "insight.read",
    "POST /api/v1/insight/lifetime/refit": "insight.manage",
    "POST /api/v1/me/password": SIGNED_IN,
    "POST /api/v1/operators": "operators.manage",
    "POST /api/v1/operators/{operator_id}/reset-link": "operators.manage",
    "POST /api/v1/redeem": ANYBODY,
    "POST /api/v1/sign-in": ANYBODY,
    "POST /api/v1/sign-out": ANYBODY,
    "POST /api/v1/sources": "sources.manage",
    "POST /api/v1/sources/{source_id}/write-keys": "sources.manage",
    "POST /beacon/v1/batch": WRITE_KEY,
    "POST /callback/{channel}/{account_id}": SIGNATURE,
    "POST /mini-program/{account_id}/login": LOGIN,
    "POST /mini-program/{account_id}/phone": MEMBER,
    "POST /v1/a": WRITE_KEY,
    "POST /v1/alias": WRITE_KEY,
    "POST /v1/b": WRITE_KEY,
    "POST /v1/batch": WRITE_KEY,
    "POST /v1/g": WRITE_KEY,
    "POST /v1/group": WRITE_KEY,
    "POST /v1/i": WRITE_KEY,
    "POST /v1/identify": WRITE_KEY,
    "POST /v1/import": WRITE_KEY,
    "POST /v1/p": WRITE_KEY,
    "POST /v1/page": WRITE_KEY,
    "POST /v1/s": WRITE_KEY,
    "POST /v1/screen": WRITE_KEY,
    "POST /v1/t": WRITE_KEY,
    "POST /v1/track": WRITE_KEY,
    "GET /api/v1/touch/customers/{customer_id}": "touch.read",
    "GET /api/v1/touch/announcements": "touch.read",
    "POST /api/v1/touch/announcements": "touch.manage",
    "GET /api/v1/touch/announcements/{announcement_id}": "touch.read",
    "GET /api/v1/touch/programmes": "touch.read",
    "GET /api/v1/touch/programmes/{programme_id}": "touch.read",
    "GET /api/v1/ledger/earning": "ledger.read",
    "GET /api/v1/ledger/earning/versions": "ledger.read",
    "PUT /api/v1/ledger/earning": "ledger.manage",
    "GET /api/v1/ledger/tiers/customers/{customer_id}": "ledger.read",
    "GET /api/v1/ledger/tiers": "ledger.read",
    "GET /api/v1/ledger/tiers/versions": "ledger.read",
    "POST /api/v1/ledger/check_in/preview": "ledger.manage",
    "POST /api/v1/ledger/earning/preview": "ledger.manage",
    "POST /api/v1/ledger/tasks/preview": "ledger.manage",
    "POST /api/v1/ledger/tiers/preview": "ledger.manage",
    "PUT /api/v1/ledger/tiers": "ledger.manage",
    "GET /api/v1/ledger/tasks": "ledger.read",
    "GET /api/v1/ledger/tasks/versions": "ledger.read",
    "PUT /api/v1/ledger/tasks": "ledger.manage",
    "GET /api/v1/ledger/tasks/customers/{customer_id}": "ledger.read",
    "GET /api/v1/draws/rules": "draws.read",
    "GET /api/v1/draws/rules/versions": "draws.read",
    "PUT /api/v1/draws/rules": "draws.manage",
    "GET /api/v1/draws/warnings/{code}": "draws.read",
    "GET /api/v1/draws/rounds": "draws.read",
    "POST /api/v1/draws/rounds": "draws.manage",
    "GET /api/v1/draws/rounds/{round_id}": "draws.read",
    "POST /api/v1/draws/rounds/{round_id}/end": "draws.manage",
    "GET /api/v1/draws/rounds/{round_id}/tally": "draws.read",
    "GET /api/v1/draws/rounds/{round_id}/orders": "draws.read",
    "GET /api/v1/draws/rounds/{round_id}/draws": "draws.read",
    "POST /api/v1/draws/rounds/{round_id}/draws": "draws.serve",
    "GET /api/v1/draws/customers/{customer_id}": "draws.read",
    "POST /api/v1/draws/record/{draw_id}/hand_out": "draws.serve",
    "GET /api/v1/trials": "trials.read",
    "POST /api/v1/trials": "trials.manage",
    "GET /api/v1/trials/{trial_id}": "trials.read",
    "PUT /api/v1/trials/{trial_id}": "trials.manage",
    "POST /api/v1/trials/{trial_id}/start": "trials.manage",
    "POST /api/v1/trials/{trial_id}/settle": "trials.serve",
    "POST /api/v1/trials/{trial_id}/end": "trials.manage",
    "GET /api/v1/trials/{trial_id}/applications": "trials.read",
    "GET /api/v1/trials/customers/{customer_id}": "trials.read",
    "POST /api/v1/trials/{trial_id}/choose": "trials.serve",
    "POST /api/v1/trials/{trial_id}/send": "trials.serve",
    "POST /api/v1/trials/{trial_id}/approve": "trials.serve",
    "POST /api/v1/trials/{trial_id}/send_back": "trials.serve",
    "POST /pay/notify/{merchant_id}": SIGNATURE,
    "GET /api/v1/payments": "payments.read",
    "GET /api/v1/payments/merchants": "payments.read",
    "PUT /api/v1/payments/merchants/{mch_id}": "payments.manage",
    "GET /api/v1/payments/{payment_id}": "payments.read",
    "POST /api/v1/payments/{payment_id}/look": "payments.read",
    "POST /api/v1/payments/{payment_id}/refunds": "payments.reverse",
    "GET /api/v1/transfers": "payments.read",
    "POST /api/v1/transfers": "payments.pay",
    "POST /api/v1/transfers/{transfer_id}/cancel": "payments.reverse",
    "GET /api/v1/ledger/check_in": "ledger.read",
    "GET /api/v1/ledger/check_in/versions": "ledger.read",
    "PUT /api/v1/ledger/check_in": "ledger.manage",
    "GET /api/v1/ledger/check_in/customers/{customer_id}": "ledger.read",
    "POST /api/v1/ledger/check_in/customers/{customer_id}": "ledger.post",
    "POST /api/v1/ledger/check_in/customers/{customer_id}/make_up": "ledger.post",
    "GET /api/v1/ledger/units": "ledger.read",
    "PUT /api/v1/ledger/units/{unit}": "ledger.manage",
    "GET /api/v1/ledger/totals/{unit}": "ledger.read",
    "GET /api/v1/ledger/sealed": "ledger.read",
    "GET /api/v1/ledger/verifications": "ledger.read",
    "GET /api/v1/ledger/things/{kind}": "ledger.read",
    "GET /api/v1/ledger/customers/{customer_id}": "ledger.read",
    "GET /api/v1/ledger/customers/{customer_id}/{unit}": "ledger.read",
    "GET /api/v1/ledger/customers/{customer_id}/{unit}/entries": "ledger.read",
    "GET /api/v1/ledger/customers/{customer_id}/{unit}/balance": "ledger.read",
    "POST /api/v1/ledger/by_hand": "ledger.post",
    "GET /api/v1/ledger/by_hand": "ledger.read",
    "POST /api/v1/ledger/by_hand/{asked_id}/approve": "ledger.approve",
    "POST /api/v1/ledger/by_hand/{asked_id}/refuse": "ledger.approve",
    "POST /api/v1/ledger/transactions/{transaction_id}/reverse": "ledger.approve",
    "GET /api/v1/rewards/economy": "rewards.read",
    "GET /api/v1/rewards/rules": "rewards.read",
    "GET /api/v1/rewards/rules/versions": "rewards.read",
    "PUT /api/v1/rewards/rules": "rewards.rules",
    "GET /api/v1/rewards/offers": "rewards.read",
    "POST /api/v1/rewards/offers": "rewards.manage",
    "GET /api/v1/rewards/offers/{offer_id}": "rewards.read",
    "PUT /api/v1/rewards/offers/{offer_id}": "rewards.manage",
    "POST /api/v1/rewards/offers/{offer_id}/state": "rewards.manage",
    "POST /api/v1/rewards/offers/{offer_id}/stock": "rewards.manage",
    "POST /api/v1/rewards/offers/{offer_id}/redeem": "rewards.redeem",
    "GET /api/v1/rewards/redemptions": "rewards.read",
    "GET /api/v1/rewards/redemptions/{redemption_id}": "rewards.read",
    "POST /api/v1/rewards/redemptions/{redemption_id}/fulfil": "rewards.redeem",
    "POST /api/v1/rewards/redemptions/{redemption_id}/cancel": "rewards.redeem",
    "GET /api/v1/rewards/coupons": "rewards.read",
    "POST /api/v1/rewards/coupons": "rewards.manage",
    "GET /api/v1/rewards/coupons/{template_id}": "rewards.read",
    "PUT /api/v1/rewards/coupons/{template_id}": "rewards.manage",
    "POST /api/v1/rewards/coupons/{template_id}/state": "rewards.manage",
    "POST /api/v1/rewards/coupons/{template_id}/budget": "rewards.manage",
    "POST /api/v1/rewards/coupons/{template_id}/issue": "rewards.manage",
    "POST /api/v1/rewards/coupons/{template_id}/codes": "rewards.manage",
    "POST /api/v1/rewards/coupons/{template_id}/codes/file": "rewards.manage",
    "GET /api/v1/rewards/coupons/{template_id}/codes.csv": "rewards.manage",
    "GET /api/v1/rewards/coupons/customers/{customer_id}": "rewards.read",
    "GET /api/v1/rewards/coupons/codes/{code}": "rewards.read",
    "GET /api/v1/rewards/coupons/uses": "rewards.read",
    "GET /api/v1/rewards/coupons/uses/{use_id}": "rewards.read",
    "POST /api/v1/rewards/coupons/claim": "rewards.redeem",
    "POST /api/v1/rewards/coupons/quote": "rewards.read",
    "POST /api/v1/rewards/coupons/use": "rewards.redeem",
    "POST /api/v1/rewards/coupons/uses/{use_id}/return": "rewards.redeem",
    "GET /api/v1/touch/rules": "touch.read",
    "GET /api/v1/touch/rules/versions": "touch.read",
    "GET /api/v1/touch/touches": "touch.read",
    "POST /api/v1/touch/customers/{customer_id}/complaints": "touch.complaints",
    "POST /api/v1/touch/customers/{customer_id}/touches": "touch.manage",
    "POST /api/v1/touch/programmes/{programme_id}/pause": "touch.manage",
    "POST /api/v1/touch/trials": "touch.manage",
    "POST /api/v1/touch/programmes/{programme_id}/resume": "touch.manage",
    "PUT /api/v1/touch/customers/{customer_id}/left_alone": "touch.manage",
    "PUT /api/v1/touch/rules": "touch.manage",
    "PUT /api/v1/imports/mappings/{name}": "imports.run",
    "PUT /api/v1/insight/funnels/{funnel_id}": "insight.read",
}


def walk(routes: list, prefix: str = "") -> Iterator[tuple[str, APIRoute]]:
    """(method and path, route) of everything that FastAPI answers, also below included routers."""
    for route in routes:
        if isinstance(route, APIRoute):
            for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
                yield f"{method} {prefix}{route.path}", route
        elif hasattr(route, "original_router"):
            yield from walk(route.original_router.routes, prefix + route.include_context.prefix)


def dependencies(dependant: Dependant) -> Iterator[Callable[..., object]]:
    if dependant.call is not None:
        yield dependant.call
    for below in dependant.dependencies:
        yield from dependencies(below)


def is_check(call: Callable[..., object]) -> bool:
    """Whether it is what ``needs(right)`` made."""
    return getattr(call, "__qualname__", "") == "_needing.<locals>.check"


def asked_by(route: APIRoute) -> str:
    """The rights that the route's code asks for, as the table writes them."""
    calls = list(dependencies(route.dependant))
    rights = {check.__closure__[0].cell_contents for check in calls if is_check(check)}
    if rights:
        return " ".join(sorted(rights))
    return SIGNED_IN if caller in calls else ANYBODY


ROUTES: Final = dict(walk(create_app().routes))
GUARDED: Final = {key: right.split() for key, right in TABLE.items() if right.split()[0] in RIGHTS}


def address(key: str) -> tuple[str, str]:
    method, path = key.split(" ")
    while "{" in path:
        path = path[: path.index("{")] + "1" + path[path.index("}") + 1 :]
    return method, path


class TestTable:
    def test_no_route_without_an_entry(self) -> None:
        assert set(ROUTES) - set(TABLE) == set(), "decide who may use these, and add them to TABLE"

    def test_no_entry_without_a_route(self) -> None:
        assert set(TABLE) - set(ROUTES) == set()

    def test_the_code_asks_for_what_the_table_says(self) -> None:
        said = {
            key: ANYBODY if right in (WRITE_KEY, SIGNATURE, LOGIN, MEMBER) else right for key, right in TABLE.items()
        }
        assert {key: asked_by(route) for key, route in ROUTES.items()} == said

    def test_every_right_guards_something(self) -> None:
        elsewhere = {"customers.write", "personal.erase"}  # not yet a route of its own
        assert set(RIGHTS) - {right for rights in GUARDED.values() for right in rights} <= elsewhere


MEMBERS: Final = [key for key, right in TABLE.items() if right == MEMBER and "/member/v1" in key]


class TestMembers:
    """A member's session opens their own pages and nothing of the operators'."""

    def test_each_of_their_routes_asks_whose_session_it_is(self) -> None:
        asked = {key: theirs in dependencies(ROUTES[key].dependant) for key in MEMBERS}
        assert len(asked) > 10
        assert all(asked.values()), asked

    def test_no_route_of_theirs_takes_a_customer(self) -> None:
        named = {
            key: [one.name for one in (*ROUTES[key].dependant.path_params, *ROUTES[key].dependant.query_params)]
            for key in MEMBERS
        }
        given = {"year", "month", "cursor", "limit", "before", "state"}
        public = {"offer_id", "round_id", "trial_id"}
        theirs = {"coupon_id", "redemption_id", "transfer_id"}  # of others they are refused: test_api_member_shop
        assert {name for names in named.values() for name in names} <= given | public | theirs

    def test_nobody_is_kept_out(self, asking: Callable[..., TestClient]) -> None:
        nobody = asking()
        for key in MEMBERS:
            answer = nobody.request(*address(key))
            assert (key, answer.status_code, answer.json()["code"]) == (key, 401, "NotSignedIn")

    def test_no_key_of_an_operator_opens_them(self, asking: Callable[..., TestClient]) -> None:
        owner = asking(role=Role.OWNER)
        assert owner.get("/member/v1/home").status_code == 401


class TestNobody:
    @pytest.fixture
    def nobody(self, asking: Callable[..., TestClient]) -> TestClient:
        return asking()

    def test_is_kept_out_everywhere(self, nobody: TestClient) -> None:
        for key, right in TABLE.items():
            if key in GUARDED or right == SIGNED_IN:
                answer = nobody.request(*address(key))
                assert (key, answer.status_code, answer.json()["code"]) == (key, 401, "NotSignedIn")

    def test_a_wrong_key_is_nobody(self, nobody: TestClient) -> None:
        nobody.headers["Authorization"] = "Bearer siyu_wrong"
        assert nobody.get("/api/v1/customers").status_code == 401


@pytest.mark.parametrize("role", list(Role))
class TestRoles:
    def test_every_route_lets_in_or_keeps_out(self, asking: Callable[..., TestClient], role: Role) -> None:
        client, held = asking(role=role), rights_of([role])
        principal = Principal("operator", 1, "somebody", held, frozenset([role]))
        for key, rights in GUARDED.items():
            checks = [call for call in dependencies(ROUTES[key].dependant) if is_check(call)]
            missing = {right for right in rights if role not in RIGHTS[right].roles}
            assert len({check.__closure__[0].cell_contents for check in checks}) == len(rights)
            for check in checks:
                right = check.__closure__[0].cell_contents
                if right in missing:
                    with pytest.raises(NotAllowed):
                        check(principal)
                else:
                    assert check(principal) is principal
            if missing:
                answer = client.request(*address(key))
                assert (key, answer.status_code, answer.json()["code"]) == (key, 403, "NotAllowed")
                assert answer.json()["details"]["right"] in missing
