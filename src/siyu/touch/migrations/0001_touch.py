"""Touches, the rules of the gate, the people whom it protects."""

from alembic import op

revision = "touch_0001"
down_revision = None
branch_labels = ("touch",)
depends_on = None

_RULES = """
        {
            "order": [
                "valid",
                "programme",
                "consent",
                "do_not_disturb",
                "relation",
                "exclusion",
                "dedup",
                "budget",
                "quiet_hours",
                "resting",
                "control",
                "quota"
            ],
            "consent": {
                "needed": {
                    "sms": [
                        "marketing"
                    ],
                    "email": [
                        "marketing"
                    ],
                    "phone": [
                        "marketing"
                    ]
                }
            },
            "do_not_disturb": {
                "purposes": [
                    "service",
                    "marketing"
                ]
            },
            "exclusions": [
                {
                    "kinds": [
                        "red_packet",
                        "coupon"
                    ],
                    "days": 1
                }
            ],
            "dedup": {
                "days": 7,
                "purposes": [
                    "marketing"
                ]
            },
            "budgets": [
                {
                    "name": "day",
                    "hours": 24,
                    "most": 1,
                    "counts": [
                        "service",
                        "marketing"
                    ],
                    "obeys": [
                        "marketing"
                    ]
                },
                {
                    "name": "week",
                    "hours": 168,
                    "most": 3,
                    "counts": [
                        "service",
                        "marketing"
                    ],
                    "obeys": [
                        "marketing"
                    ]
                },
                {
                    "name": "month",
                    "hours": 720,
                    "most": 8,
                    "counts": [
                        "service",
                        "marketing"
                    ],
                    "obeys": [
                        "marketing"
                    ]
                }
            ],
            "quiet_hours": {
                "start": "21:00",
                "end": "09:00",
                "purposes": [
                    "marketing"
                ]
            },
            "resting": {
                "acts": 50,
                "per_mille": 20,
                "purposes": [
                    "marketing"
                ]
            },
            "staff": {
                "remind_hours": 4
            }
        }
"""


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA touch;

        -- The newest version is in force.
        CREATE TABLE touch.rule_set (
            version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            rules jsonb NOT NULL,
            at timestamptz NOT NULL,
            actor text NOT NULL,
            reason text NOT NULL
        );

        -- Whether a programme's touches go out; one without a row runs.
        CREATE TABLE touch.sending (
            programme_id bigint PRIMARY KEY,
            state text NOT NULL CHECK (state IN ('running', 'paused', 'halted')),
            at timestamptz NOT NULL,
            actor text NOT NULL,
            reason text NOT NULL
        );

        -- One row for everybody of whom the gate ever decided: its lock stands for all touches of theirs, so that two
        -- decisions on one person come one after the other.
        CREATE TABLE touch.person (
            customer_id bigint PRIMARY KEY,
            left_alone_until timestamptz,  -- the year 9999: for ever
            left_alone_because text NOT NULL DEFAULT ''
        ) WITH (fillfactor = 90);

        -- When people are active: how many acts in each hour of the day (UTC), a byte each, 24 of them.
        CREATE TABLE touch.daytime (
            customer_id bigint PRIMARY KEY,
            acts bytea NOT NULL CHECK (length(acts) = 24)
        ) WITH (fillfactor = 80);

        -- What is sent: sealed, because it may name the person; many touches share one.
        CREATE TABLE touch.message (
            hash text PRIMARY KEY,
            sealed bytea NOT NULL
        );

        CREATE TABLE touch.touch (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text COLLATE "C" NOT NULL,
            input_hash text COLLATE "C" NOT NULL,
            programme_id bigint NOT NULL,
            customer_id bigint NOT NULL,
            purpose text NOT NULL CHECK (purpose IN ('service', 'transactional', 'marketing')),
            message_hash text COLLATE "C" NOT NULL,
            content bigint NOT NULL,  -- the beginning of that hash: dedup asks for it
            kinds text[] NOT NULL,
            wishes jsonb NOT NULL,
            value_fen bigint NOT NULL,
            not_before timestamptz,
            valid_until timestamptz NOT NULL,
            state text NOT NULL CHECK (state IN ('waiting', 'queued', 'waits_for_staff', 'sent', 'failed', 'expired',
                                                 'dropped', 'cancelled')),
            code text NOT NULL,
            -- Which wish was taken, in which attempt; the attempt is part of the key of its delivery.
            wish smallint NOT NULL,
            attempt smallint NOT NULL,
            account_id bigint,
            way text NOT NULL,
            subject_id text NOT NULL,
            staff_id text NOT NULL,
            handle text NOT NULL DEFAULT '',  -- of the task of staff
            proposed_at timestamptz NOT NULL,
            decided_at timestamptz NOT NULL,
            due_at timestamptz,  -- when it is decided again, while it waits
            -- When it reached the person; infinity while it is on its way. Budgets, exclusions and dedup count these rows.
            received_at timestamptz,
            ended_at timestamptz,
            decisions jsonb NOT NULL
        ) WITH (fillfactor = 85);
        CREATE UNIQUE INDEX touch_key ON touch.touch (key);
        CREATE INDEX touch_customer ON touch.touch (customer_id, received_at);
        CREATE INDEX touch_due ON touch.touch (due_at) WHERE state = 'waiting';
        CREATE INDEX touch_waiting ON touch.touch (customer_id) WHERE state = 'waiting';
        CREATE INDEX touch_programme ON touch.touch (programme_id, id);
        CREATE INDEX touch_staff ON touch.touch (account_id, handle, valid_until) WHERE state = 'waits_for_staff';
    """)
    op.get_bind().exec_driver_sql(
        "INSERT INTO touch.rule_set (rules, at, actor, reason) VALUES (%s, now(), 'system:siyu', 'the default rules')",
        (_RULES,),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
