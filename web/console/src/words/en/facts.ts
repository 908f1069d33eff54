import type { Words } from "@siyu/kit";

import type { kind as kinds, tieFields as fields, ties as source } from "../zh/facts";

export const ties: Words<typeof source> = {
  friendAdded: "Became a friend of {{staff}}",
  friendAddedBy: "Became a friend of {{staff}} by {{way}}",
  friendAddedState: "{{said}} (parameter {{state}})",
  friendDeleted: "Is no friend of {{staff}} any more",
  deletedBy: {
    staff: "Was deleted by {{staff}}",
    customer: "Deleted {{staff}}",
    transfer: "Is with {{staff}} no more: another took over",
    left: "Is with {{staff}} no more, who has left",
  },
  transferred: "Was handed over from {{from}} to {{to}}",
  chatJoined: "Joined the group “{{group}}”",
  chatJoinedBy: "Joined the group “{{group}}” by {{way}}",
  chatInvited: "Was invited into the group “{{group}}” by {{by}}",
  chatLeft: "Left the group “{{group}}”",
  way: {
    scan: "scanning",
    search: "searching",
    card: "a shared card",
    group: "a group chat",
    phone_book: "the phone book",
    wechat_contact: "contacts of WeChat",
    wechat_request: "a request in WeChat",
    app: "another app",
    wechat_channels: "WeChat Channels",
    calendar: "a calendar entry",
    meeting: "a meeting",
    wechat_friend: "a friend in WeChat",
    device: "a device",
    service_visit: "a visit",
    link: "a link",
    shared: "a colleague who shared them",
    assigned: "an administrator",
    transfer: "a transfer",
    invited: "an invitation",
    unknown: "an unknown way",
    other: "another way",
  },
};

export const tieFields: Words<typeof fields> = {
  account: "Account",
  staff: "Member of staff",
  way: "Way",
  state: "Parameter",
  by: "Ended by",
  from_staff: "Before",
  to_staff: "Now",
  group: "Group",
  entry_code: "Entry code",
  invited_by: "Invited by",
};

export const kind: Words<typeof kinds> = {
  friend: { added: "Friend added", deleted: "Friend gone", transferred: "Handed over" },
  chat: { joined: "Group joined", left: "Group left" },
  order: { placed: "Order placed", paid: "Order paid", shipped: "Order shipped", received: "Order received", closed: "Order closed", refunded: "Refund", amended: "Order amount corrected", claimed: "Order claimed" },
  profile: { identified: "Profile changed" },
  tag: { added: "Tag added", removed: "Tag removed" },
  consent: { changed: "Consent changed" },
  relation: { started: "Relation started", ended: "Relation ended" },
  event: { tracked: "Event" },
  page: { viewed: "Page viewed" },
  screen: { viewed: "Screen viewed" },
  group: { joined: "Joined an organisation" },
  touch: { sent: "Touch sent", failed: "Touch failed", dropped: "Touch not sent" },
  customer: { merged: "Customers merged", split: "Customer split" },
  segment: { entered: "Segment entered", left: "Segment left" },
};
