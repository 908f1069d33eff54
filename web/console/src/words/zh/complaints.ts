/** Words of complaints; part of those of touches. */
export const complaint = {
  note: "登记投诉",
  ofTouch: "客户投诉此触达",
  noted: "已投诉",
  title: "登记客户投诉",
  what: "客户通过电话、聊天或门店表达了不满。投诉计入伤害防护，登记后不可撤销；如需停止触达，请另设为免打扰。",
  ok: "登记",
} as const;
