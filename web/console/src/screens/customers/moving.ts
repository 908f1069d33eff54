import { answered, api, type Schema } from "@siyu/api";

type Order = Schema<"Order">;

export interface Moving {
  orders: Order[];
  paidFen: number;
  /** Whether all orders of the customer were looked at. */
  whole: boolean;
}

/** So many orders of one customer are looked at; more are an account that many share. */
export const MOST_ORDERS = 2000;
const PAGE = 500;

/** The orders that came in under these identifiers, and would go along with them. */
export async function ordersUnder(customerId: number, identifiers: ReadonlySet<number>, signal: AbortSignal): Promise<Moving> {
  const seen: Order[] = [];
  let cursor: string | undefined;
  do {
    const page = await answered(
      api.GET("/api/v1/customers/{customer_id}/orders", { signal, params: { path: { customer_id: customerId }, query: { cursor, limit: PAGE } } }),
    );
    seen.push(...page.orders);
    cursor = page.next ?? undefined;
  } while (cursor && seen.length < MOST_ORDERS);
  return under(seen, identifiers, cursor === undefined);
}

export function under(orders: readonly Order[], identifiers: ReadonlySet<number>, whole: boolean): Moving {
  const moving = orders.filter((order) => identifiers.has(order.via));
  return { orders: moving, paidFen: moving.reduce((sum, order) => sum + order.paid_fen, 0), whole };
}
