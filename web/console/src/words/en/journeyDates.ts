/** Words of triggers by a date of the person; part of those of journeys. */
export const dates = {
  of: "Which date",
  ties: "When a relation began",
  traits: "Traits with a date",
  tie: { friend: "friend added", member: "became a member", follower: "followed the official account", subscriber: "subscribed", group_member: "joined a chat group", fan: "became a fan" },
  how: "How often",
  howWhat: "For the same person to come in again, re-entry has to allow it too",
  every: { year: "Every year", month: "Every month", once: "That one day" },
  side: "On it, before or after",
  sides: { on: "On the day", before: "Before it", after: "After it" },
  days: "Days between",
  says: {
    year: { on: "Every year on the day of “{{what}}” at {{at}}", before: "Every year, days before “{{what}}”: {{days}}, at {{at}}", after: "Every year, days after “{{what}}”: {{days}}, at {{at}}" },
    month: { on: "Every month on the day of “{{what}}” at {{at}}", before: "Every month, days before the day of “{{what}}”: {{days}}, at {{at}}", after: "Every month, days after the day of “{{what}}”: {{days}}, at {{at}}" },
    once: { on: "On the day of “{{what}}” at {{at}}", before: "Days before “{{what}}”: {{days}}, at {{at}}", after: "Day {{days}} after “{{what}}” at {{at}}" },
  },
} as const;
