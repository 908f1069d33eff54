/** Words of the ledger's units. */
export const units = {
  title: "Units",
  what: "All that the ledger counts: points, growth, coupons, prizes",
  name: "Name",
  code: "Code",
  grace: "Grace",
  graceWhat: "Days for which what is given back lives when its lot has expired; empty: not at all",
  noGrace: "none",
  days_one: "{{count}} day",
  days_other: "{{count}} days",
  byHand: "By hand",
  byHandWhat: "Up to so much may be posted by hand without a second person; 0: nothing",
  save: "Save",
} as const;
