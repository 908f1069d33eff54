/** What a person says of the columns of a file, and the mapping that comes out of it. Pure. */

export type Kind = "orders" | "customers";

/** What a column is: `id:phone`, `contact:phone`, `field:order_no`, `trait`, `extra`. */
export type Meaning = string;

export interface Chosen {
  /** Column → meaning; a column without one is left out. */
  meanings: Record<string, Meaning>;
  /** Column → scope of its identifier. */
  scopes: Record<string, string>;
  platform: string;
  shop: string;
  money: "yuan" | "fen" | "decimal";
  zone: string;
  /** Of all orders, where no column says it. */
  status: string;
}

export const IDENTIFIERS = ["phone", "email", "member_no", "user_id", "union_id", "open_id", "platform_buyer"] as const;
/** Identifiers that are unique only within something. */
export const SCOPED: ReadonlySet<string> = new Set(["member_no", "user_id", "open_id", "platform_buyer"]);

const ORDER = ["order_no", "status", "placed_at", "paid_at", "shipped_at", "received_at", "closed_at", "total_fen", "goods_fen", "paid_fen", "postage_fen", "refunded_fen", "refund_status", "shop", "note"];
const LINE = ["no", "product_no", "sku", "attributes", "title", "category", "quantity", "price_fen", "paid_fen", "refunded_fen"].map((name) => `line.${name}`);
const RECEIVER = ["name", "phone", "address", "province", "city", "district"].map((name) => `receiver.${name}`);
const CUSTOMER = ["tags", "member", "became_customer_at", "became_member_at", "shop"];
const TRAITS = ["name", "gender", "birthday", "city", "level"].map((name) => `traits.${name}`);

export const TARGETS = {
  orders: { order: ORDER, line: LINE, receiver: RECEIVER },
  customers: { customer: CUSTOMER, traits: TRAITS },
} as const;

export type Trouble = { key: "order_no" | "identifiers" } | { key: "twice"; target: string };

/** What stops the mapping from being saved. */
export function troubles(kind: Kind, { meanings }: Pick<Chosen, "meanings">): Trouble[] {
  const given = Object.values(meanings);
  const found: Trouble[] = [];
  if (kind === "orders" && !given.includes("field:order_no")) found.push({ key: "order_no" });
  if (kind === "customers" && !given.some((each) => each.startsWith("id:"))) found.push({ key: "identifiers" });
  const fields = given.filter((each) => each.startsWith("field:"));
  for (const twice of new Set(fields.filter((each, at) => fields.indexOf(each) !== at))) {
    found.push({ key: "twice", target: twice.slice("field:".length) });
  }
  return found;
}

/** The body of `PUT /api/v1/imports/mappings/{name}`. */
export function mappingOf(kind: Kind, chosen: Chosen): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  const identifiers: Record<string, unknown>[] = [];
  const platform = chosen.platform || "generic";
  for (const [column, meaning] of Object.entries(chosen.meanings)) {
    const [sort, target = ""] = split(meaning);
    if (sort === "field") fields[target] = column;
    else if (sort === "trait") fields[`traits.${column}`] = column;
    else if (sort === "extra") fields[`extra.${column}`] = column;
    else if (sort === "id" || sort === "contact") {
      const scope = SCOPED.has(target) ? { scope: chosen.scopes[column] || platform } : {};
      identifiers.push({ type: target, column, ...scope, ...(sort === "contact" ? { strength: "contact" } : {}) });
    }
  }
  if (kind === "orders" && !("status" in fields)) fields["status"] = { value: chosen.status };
  return { kind, platform, shop: chosen.shop, money: chosen.money, ...(chosen.zone ? { zone: chosen.zone } : {}), fields, identifiers };
}

function split(meaning: Meaning): [string, string?] {
  const at = meaning.indexOf(":");
  return at < 0 ? [meaning] : [meaning.slice(0, at), meaning.slice(at + 1)];
}

const GUESSES: Record<Kind, readonly (readonly [RegExp, Meaning])[]> = {
  orders: [
    [/^(订单编?号|单号|小票号?|order.?(no|number|id)?|receipt.*)$/i, "field:order_no"],
    [/^(订单)?状态$|^(order.?)?status$/i, "field:status"],
    [/(付款|支付|成交)时间|paid.?(at|time)/i, "field:paid_at"],
    [/(下单|创建|订单).*时间|^时间$|^日期$|(order|created|placed).*(at|time|date)|^(time|date)$/i, "field:placed_at"],
    [/实付|实收|支付金额|^金额$|^(paid|amount|sum|total)$/i, "field:paid_fen"],
    [/运费|邮费|postage|shipping.?fee/i, "field:postage_fen"],
    [/退款.*金额|refund.*(amount|sum)/i, "field:refunded_fen"],
    [/(商品|宝贝)?(名称|标题)|^(title|article|product)$/i, "field:line.title"],
    [/数量|quantity|pieces|qty/i, "field:line.quantity"],
    [/单价|price/i, "field:line.price_fen"],
    [/^sku/i, "field:line.sku"],
    [/会员.*(号|卡)|member|card/i, "id:member_no"],
    [/收.*(电话|手机)/i, "field:receiver.phone"],
    [/手机|电话|phone|mobile/i, "id:phone"],
    [/邮箱|mail/i, "id:email"],
    [/unionid/i, "id:union_id"],
    [/openid/i, "id:open_id"],
    [/店铺|门店|shop|store/i, "field:shop"],
  ],
  customers: [
    [/会员.*(号|卡)|member.?(no|id|number)|card/i, "id:member_no"],
    [/手机|电话|phone|mobile/i, "id:phone"],
    [/邮箱|mail/i, "id:email"],
    [/unionid/i, "id:union_id"],
    [/openid/i, "id:open_id"],
    [/姓名|^name$/i, "field:traits.name"],
    [/性别|gender|sex/i, "field:traits.gender"],
    [/生日|birth/i, "field:traits.birthday"],
    [/城市|city/i, "field:traits.city"],
    [/等级|level|tier/i, "field:traits.level"],
    [/标签|tags?$/i, "field:tags"],
    [/入会|会员.*时间|member.*(since|at)/i, "field:became_member_at"],
    [/注册|成为客户|创建时间|registered|created|since/i, "field:became_customer_at"],
  ],
};

/** What the columns look like by their names; each meaning is given to the first that fits. */
export function guessed(kind: Kind, columns: readonly string[]): Record<string, Meaning> {
  const found: Record<string, Meaning> = {};
  const given = new Set<Meaning>();
  for (const column of columns) {
    const meaning = GUESSES[kind].find(([pattern, each]) => pattern.test(column.trim()) && !given.has(each))?.[1];
    if (meaning) {
      found[column] = meaning;
      given.add(meaning);
    }
  }
  return found;
}
