"""Whether rules can be those of the gate."""

from itertools import combinations

from siyu.kernel.errors import BadInput
from siyu.touch.types.ruleset import RuleSet

_NEVER_LEFT_OUT = ("valid", "programme", "consent", "relation", "control", "quota")


def check(rules: RuleSet) -> None:
    """Pass when the rules make sense together.

    Raises:
        BadInput: says what to change.
    """
    order = list(rules.order)
    if twice := [one for one in order if order.count(one) > 1]:
        raise BadInput(
            reason=f"the rule '{twice[0]}' stands in the order twice.", reason_zh=f"规则“{twice[0]}”在顺序中重复。"
        )
    if missing := [one for one in _NEVER_LEFT_OUT if one not in order]:
        raise BadInput(
            reason=f"the rule '{missing[0]}' cannot be left out of the order.",
            reason_zh=f"规则“{missing[0]}”不可省略。",
        )
    if order[:2] != ["valid", "programme"] or order[-2:] != ["control", "quota"]:
        raise BadInput(
            reason="'valid' and 'programme' come first in the order, 'control' and 'quota' last.",
            reason_zh="顺序须以 valid、programme 开头，以 control、quota 结尾。",
        )
    if order.index("consent") > order.index("relation"):
        raise BadInput(
            reason="'consent' comes before 'relation': nobody is looked for who said no.",
            reason_zh="consent 须位于 relation 之前：已拒绝的客户无须再查找关系。",
        )
    names = [one.name for one in rules.budgets]
    if len(set(names)) < len(names):
        raise BadInput(reason="budgets have names of their own.", reason_zh="打扰预算的名称不得重复。")
    for narrow, wide in combinations(sorted(rules.budgets, key=lambda one: one.hours), 2):
        same = (narrow.counts, narrow.obeys) == (wide.counts, wide.obeys)
        if same and narrow.hours < wide.hours and narrow.most > wide.most:
            raise BadInput(
                reason=f"'{narrow.name}' allows {narrow.most} in {narrow.hours} hours, and '{wide.name}' only {wide.most} in "
                f"{wide.hours}: the first never matters. Lower it, or raise the second.",
                reason_zh=f"“{narrow.name}”在 {narrow.hours} 小时内允许 {narrow.most} 条，而“{wide.name}”在 {wide.hours} 小时内"
                f"仅允许 {wide.most} 条，前者不会生效：请调低前者或调高后者。",
            )
