/** Words of triggers by a date of the person; part of those of journeys. */
export const dates = {
  of: "什么日期",
  ties: "建立关系的日期",
  traits: "日期属性",
  tie: { friend: "添加好友", member: "成为会员", follower: "关注公众号", subscriber: "订阅", group_member: "加入客户群", fan: "成为粉丝" },
  how: "多久一次",
  howWhat: "同一客户再次进入，还须在“再次进入”中允许",
  every: { year: "每年", month: "每月", once: "仅那一天" },
  side: "与该日期的关系",
  sides: { on: "当天", before: "之前", after: "之后" },
  days: "相差天数",
  says: {
    year: { on: "每年“{{what}}”当天 {{at}}", before: "每年“{{what}}”前 {{days}} 天 {{at}}", after: "每年“{{what}}”后 {{days}} 天 {{at}}" },
    month: { on: "每月“{{what}}”之日 {{at}}", before: "每月“{{what}}”之日前 {{days}} 天 {{at}}", after: "每月“{{what}}”之日后 {{days}} 天 {{at}}" },
    once: { on: "“{{what}}”当天 {{at}}", before: "“{{what}}”前 {{days}} 天 {{at}}", after: "“{{what}}”后第 {{days}} 天 {{at}}" },
  },
} as const;
