/** Words of the ledger's units. */
export const units = {
  title: "账本单位",
  what: "账本记录的每一种价值：积分、成长值、券、奖品等",
  name: "名称",
  code: "代码",
  grace: "退回宽限",
  graceWhat: "原批次已过期的退回，从退回起还可使用的天数；留空则立即失效",
  noGrace: "无",
  days_other: "{{count}} 天",
  byHand: "人工记账上限",
  byHandWhat: "不超过此数的人工记账无需他人审批；0 表示每笔都要审批",
  save: "保存",
} as const;
