import type { Schema } from "@siyu/api";
import type { TFunction } from "i18next";

import type { Names } from "./names";

/** A fact as a sentence. Pure: words, names and the way to write money are passed in. */

export type Entry = Schema<"TimelineEntry">;

interface Words {
  t: TFunction<"customers">;
  /** Names of staff and group chats of the fact's account. */
  called: { staff: (id: string) => string; group: (id: string) => string };
  names: Pick<Names, "way" | "platform" | "relation" | "channel" | "purpose" | "field" | "kind" | "why">;
  money: (fen: number) => string;
}

/** Kinds by what they speak of, in the order of the filter. */
export const KINDS = {
  trade: ["order.placed", "order.paid", "order.shipped", "order.received", "order.closed", "order.refunded", "order.amended", "order.claimed"],
  behaviour: ["page.viewed", "screen.viewed", "event.tracked", "group.joined"],
  profile: ["profile.identified", "tag.added", "tag.removed", "consent.changed", "relation.started", "relation.ended", "relation.lasted"],
  ties: ["friend.added", "friend.deleted", "friend.transferred", "chat.joined", "chat.left"],
  touch: ["touch.sent", "touch.failed", "touch.dropped", "touch.complained"],
  points: ["points.earned", "points.spent", "points.expired", "points.taken_back", "points.given_back"],
  tiers: ["tier.raised", "tier.lowered", "check_in.made", "task.done"],
  draws: ["draw.made", "prize.handed_out", "free_order.won"],
  payments: ["payment.paid", "payment.refunded", "transfer.received"],
  rewards: ["reward.redeemed", "reward.fulfilled", "reward.cancelled", "coupon.issued", "coupon.used", "coupon.returned", "coupon.expired"],
  trials: ["trial.applied", "trial.withdrawn", "trial.chosen", "trial.not_chosen", "trial.sent", "trial.reported", "trial.sent_back", "trial.rewarded", "trial.missed"],
  invitations: ["member.invited", "member.referred"],
  identity: ["customer.merged", "customer.split"],
  segments: ["segment.entered", "segment.left"],
  journeys: ["journey.entered", "journey.ended"],
} as const;

const ENDS = ["exit", "goal", "stopped", "merged", "withdrawn"] as const;

const UNITS = ["points", "growth", "group_points"] as const;

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text).filter(Boolean) : []);
const whole = (value: unknown): number => (typeof value === "number" && Number.isInteger(value) ? value : 0);

/** An account and whom or what of it a relation is with: `account:3/wangqian`. */
export function tieOf(scope: string): { account: number; id: string } | undefined {
  const found = /^account:(\d+)\/(.+)$/.exec(scope);
  return found ? { account: Number(found[1]), id: found[2] ?? "" } : undefined;
}

export function sentence(entry: Entry, words: Words): string {
  const group = entry.kind.split(".")[0];
  if (group === "order") return ofOrder(entry, words);
  if (group === "tag" || group === "consent" || group === "relation" || group === "profile") return ofProfile(entry, words);
  if (group === "customer") return ofIdentity(entry, words);
  if (group === "segment") {
    const name = text(entry.properties["name"]) || entry.name;
    return words.t(entry.kind === "segment.entered" ? "says.segmentEntered" : "says.segmentLeft", { name });
  }
  if (group === "journey") {
    const how = ENDS.find((end) => end === entry.properties["how"]) ?? "exit";
    const name = entry.name;
    return entry.kind === "journey.entered" ? words.t("says.journeyEntered", { name }) : words.t("says.journeyEnded", { name, how: words.t(`journeyEnds.${how}`) });
  }
  if (group === "tier") return words.t(entry.kind === "tier.raised" ? "says.tierRaised" : "says.tierLowered", { name: entry.name });
  if (group === "check_in") {
    const { made_up, streak, day } = entry.properties;
    const said = { day: text(day), days: String(whole(streak)) };
    return made_up === true ? words.t("says.madeUp", said) : words.t("says.checkedIn", said);
  }
  if (group === "task") return words.t("says.taskDone", { name: entry.name });
  if (group === "draw") return entry.properties["won"] === true ? words.t("says.drew", { name: entry.name }) : words.t("says.drewNothing");
  if (group === "prize") return words.t("says.prizeHandedOut", { name: entry.name });
  if (group === "free_order") return words.t("says.freeOrder", { name: entry.name });
  if (group === "payment" || group === "transfer") {
    const said = { name: entry.name, amount: words.money(Math.abs(entry.amount_fen)) };
    if (group === "transfer") return words.t("says.transferReceived", said);
    return entry.kind === "payment.paid" ? words.t("says.paymentPaid", said) : words.t("says.paymentRefunded", said);
  }
  if (group === "reward") return ofReward(entry, words);
  if (group === "coupon") return ofCoupon(entry, words);
  if (group === "member") {
    const { friend, inviter } = entry.properties;
    return entry.kind === "member.invited" ? words.t("says.invited", { friend: text(friend) }) : words.t("says.referred", { inviter: text(inviter) });
  }
  if (group === "trial") return ofTrial(entry, words);
  if (group === "points") return ofPoints(entry, words);
  if (group === "friend" || group === "chat") return ofTie(entry, words);
  return ofBehaviour(entry, words);
}

function ofOrder(entry: Entry, { t, names, money }: Words): string {
  const { platform, shop, total_fen } = entry.properties;
  const place = [names.platform(text(platform)), text(shop)].filter(Boolean).join(" · ") || t("says.somewhere");
  const amount = money(Math.abs(entry.amount_fen));
  switch (entry.kind) {
    case "order.placed":
      return t("says.orderPlaced", { place, amount: money(whole(total_fen)) });
    case "order.paid": {
      const goods = goodsOf(entry, t);
      return goods ? t("says.orderPaidFor", { place, amount, goods }) : t("says.orderPaid", { place, amount });
    }
    case "order.shipped":
      return t("says.orderShipped", { place });
    case "order.received":
      return t("says.orderReceived", { place });
    case "order.closed":
      return t("says.orderClosed", { place });
    case "order.refunded":
      return t("says.orderRefunded", { place, amount });
    case "order.amended":
      return t("says.orderAmended", { place, amount: money(entry.amount_fen) });
    case "order.claimed":
      return t("says.orderClaimed", { place });
    default:
      return other(entry, t, names);
  }
}

function goodsOf(entry: Entry, t: TFunction<"customers">): string {
  const lines: unknown[] = Array.isArray(entry.properties["lines"]) ? entry.properties["lines"] : [];
  const titles = lines.map((line) => (typeof line === "object" && line !== null && "title" in line ? text(line.title) : "")).filter(Boolean);
  const [first] = titles;
  if (!first) return "";
  return titles.length > 1 ? t("says.goods", { first, count: titles.length }) : t("says.oneGood", { first });
}

function ofProfile(entry: Entry, { t, names, called }: Words): string {
  const said = entry.properties;
  const relation = names.relation(text(said["relation"]));
  const tie = tieOf(text(said["scope"]));
  const scope = tie ? (said["relation"] === "group_member" ? called.group(tie.id) : called.staff(tie.id)) : text(said["scope"]).split(":").filter(Boolean).map(names.platform).join(" · ");
  switch (entry.kind) {
    case "tag.added":
      return t("says.tagAdded", { tag: text(said["tag"]) });
    case "tag.removed":
      return t("says.tagRemoved", { tag: text(said["tag"]) });
    case "consent.changed": {
      const about = { channel: names.channel(text(said["channel"])), purpose: names.purpose(text(said["purpose"])) };
      const state = text(said["state"]);
      return t(state === "granted" ? "says.granted" : state === "denied" ? "says.denied" : "says.consentUnknown", about);
    }
    case "relation.started":
      return scope ? t("says.relationStartedWith", { relation, scope }) : t("says.relationStarted", { relation });
    case "relation.lasted":
      return t("says.relationLasted", { relation, days: text(said["days"]) });
    case "relation.ended":
      return scope ? t("says.relationEndedWith", { relation, scope }) : t("says.relationEnded", { relation });
    case "profile.identified": {
      const changed = fields(said["changed"], names);
      const removed = fields(said["removed"], names);
      if (changed && removed) return t("says.identifiedBoth", { changed, removed });
      return removed ? t("says.removed", { removed }) : t("says.identified", { changed });
    }
    default:
      return other(entry, t, names);
  }
}

function ofCoupon(entry: Entry, { t, money }: Words): string {
  const about = { name: entry.name };
  switch (entry.kind) {
    case "coupon.used":
      return t("says.couponUsed", { ...about, amount: money(whole(entry.properties["off_fen"])) });
    case "coupon.returned":
      return t("says.couponReturned", about);
    case "coupon.expired":
      return t("says.couponExpired", about);
    default:
      return t("says.couponIssued", about);
  }
}

function ofReward(entry: Entry, { t }: Words): string {
  const about = { name: entry.name, pieces: whole(entry.properties["pieces"]).toLocaleString() };
  switch (entry.kind) {
    case "reward.fulfilled":
      return t("says.rewardFulfilled", about);
    case "reward.cancelled":
      return t("says.rewardCancelled", about);
    default:
      return t("says.rewardRedeemed", about);
  }
}

const STEPS = ["applied", "withdrawn", "chosen", "not_chosen", "sent", "reported", "sent_back", "rewarded", "missed"] as const;

function ofTrial(entry: Entry, { t, names }: Words): string {
  const step = STEPS.find((one) => entry.kind === `trial.${one}`);
  if (!step) return other(entry, t, names);
  const { stars, points } = entry.properties;
  return t(`says.trial.${step}`, { name: entry.name, stars: String(whole(stars)), points: whole(points).toLocaleString() });
}

function ofPoints(entry: Entry, { t, names }: Words): string {
  const unit = UNITS.find((one) => one === entry.properties["unit"]);
  if (!unit) return other(entry, t, names);
  const about = { amount: whole(entry.properties["amount"]).toLocaleString(), unit: t(`units.${unit}`) };
  switch (entry.kind) {
    case "points.earned":
      return t("says.pointsEarned", about);
    case "points.spent":
      return t("says.pointsSpent", about);
    case "points.expired":
      return t("says.pointsExpired", about);
    case "points.taken_back":
      return t("says.pointsTakenBack", about);
    case "points.given_back":
      return t("says.pointsGivenBack", about);
    default:
      return other(entry, t, names);
  }
}

function fields(value: unknown, names: Words["names"]): string {
  return texts(value).map(names.field).join(", ");
}

function ofIdentity(entry: Entry, { t, names }: Words): string {
  const said = entry.properties;
  const why = names.why(text(said["reason"]));
  if (entry.kind === "customer.merged") return t("says.merged", { id: text(said["loser"]), why });
  if (entry.kind === "customer.split") return t("says.split", { id: text(said["other"]), count: texts(said["identifiers"]).length, why });
  return other(entry, t, names);
}

function ofTie(entry: Entry, { t, names, called }: Words): string {
  const said = entry.properties;
  const staff = called.staff(text(said["staff"])) || t("says.unnamed");
  const group = called.group(text(said["group"])) || t("says.unnamed");
  const way = text(said["way"]) && names.way(text(said["way"]));
  switch (entry.kind) {
    case "friend.added": {
      const added = way ? t("ties.friendAddedBy", { staff, way }) : t("ties.friendAdded", { staff });
      const state = text(said["state"]);
      return state ? t("ties.friendAddedState", { said: added, state }) : added;
    }
    case "friend.deleted": {
      const by = (["staff", "customer", "transfer", "left", "account"] as const).find((one) => one === said["by"]);
      return by ? t(`ties.deletedBy.${by}`, { staff }) : t("ties.friendDeleted", { staff });
    }
    case "friend.transferred":
      return t("ties.transferred", { from: called.staff(text(said["from_staff"])), to: called.staff(text(said["to_staff"])) });
    case "chat.joined": {
      const by = text(said["invited_by"]);
      if (by) return t("ties.chatInvited", { by: called.staff(by), group });
      return way ? t("ties.chatJoinedBy", { way, group }) : t("ties.chatJoined", { group });
    }
    case "chat.left":
      return t("ties.chatLeft", { group });
    default:
      return other(entry, t, names);
  }
}

function ofBehaviour(entry: Entry, { t, names, money }: Words): string {
  const name = entry.name || pageOf(entry.properties) || t("says.unnamed");
  switch (entry.kind) {
    case "page.viewed":
      return t("says.page", { name });
    case "screen.viewed":
      return t("says.screen", { name });
    case "group.joined":
      return t("says.group", { name });
    case "event.tracked":
      return entry.amount_fen ? t("says.trackedWorth", { name, amount: money(entry.amount_fen) }) : t("says.tracked", { name });
    default:
      return other(entry, t, names);
  }
}

/** A page without a name is called by its title or path. */
function pageOf(properties: Readonly<Record<string, unknown>>): string {
  const context = properties["$context"];
  const page = typeof context === "object" && context !== null && "page" in context ? context.page : undefined;
  const inContext = typeof page === "object" && page !== null ? (page as Record<string, unknown>) : {};
  return text(properties["title"]) || text(properties["path"]) || text(inContext["title"]) || text(inContext["path"]);
}

function other(entry: Entry, t: TFunction<"customers">, names: Words["names"]): string {
  return t("says.other", { kind: names.kind(entry.kind), name: entry.name }).trim();
}
