import { OfPerson } from "../journeys/run/OfPerson";
import { usePersonHere } from "./person";

/** The journeys of the customer. */
export function Journeys() {
  return <OfPerson customerId={usePersonHere().customer_id} />;
}
