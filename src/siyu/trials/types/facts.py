"""What trials tell on a customer's timeline."""

from siyu.kernel.fact import FactKind

_FIELDS = {
    "trial": ("integer", "id of the trial"),
    "application": ("integer", "id of the application"),
}
_REPORT = {**_FIELDS, "stars": ("integer", "1 to 5")}

FACTS: tuple[FactKind, ...] = (
    FactKind(
        "trial.applied",
        1,
        "The customer applied for a trial; the name is its.",
        "申请试用",
        {**_FIELDS, "points": ("integer", "points that are held for it")},
    ),
    FactKind("trial.withdrawn", 1, "The customer does not want to try it any more.", "撤回试用申请", _FIELDS),
    FactKind("trial.chosen", 1, "The customer was chosen, and gets a piece.", "入选试用", _FIELDS),
    FactKind("trial.not_chosen", 1, "Others were chosen; the points went back.", "未入选试用", _FIELDS),
    FactKind(
        "trial.sent",
        1,
        "The piece was sent to the customer.",
        "试用品已寄出",
        {**_FIELDS, "until": ("string", "by when they report, ISO 8601")},
    ),
    FactKind("trial.reported", 1, "The customer reported on what they tried.", "提交试用报告", _REPORT),
    FactKind("trial.sent_back", 1, "The report has to be written again.", "试用报告被退回", _REPORT),
    FactKind(
        "trial.rewarded",
        1,
        "The report was approved and rewarded.",
        "试用报告通过",
        {
            **_REPORT,
            "points": ("integer", "points that it earned"),
            "coupon": ("integer", "id of the template of the coupon that it earned; 0 for none"),
        },
    ),
    FactKind("trial.missed", 1, "The customer did not report in time.", "试用报告逾期", _FIELDS),
)
