import { Typography } from "antd";
import { Link } from "react-router";

import { calledBy, type Who } from "./who";

/** A contact by name, with the way to the customer; by the platform's id while nobody knows who it is. */
export function ContactLink({ who, id }: { who: Who | undefined; id: string }) {
  if (!who) return <Typography.Text code>{id}</Typography.Text>;
  return <Link to={`/customers/${who.customer_id}`}>{calledBy(who, id)}</Link>;
}
