import { answered, api, type Schema } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { useOutletContext, useParams } from "react-router";

export type Person = Schema<"Person">;

/** The customer of the address: `/customers/:id`. */
export function useCustomerId(): number {
  return Number(useParams()["id"]);
}

export function usePerson(id: number | null) {
  return useQuery({
    queryKey: ["customers", id],
    enabled: id !== null,
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/customers/{customer_id}", { signal, params: { path: { customer_id: id ?? 0 } } })),
  });
}

export function useGraph(id: number) {
  return useQuery({
    queryKey: ["customers", id, "graph"],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/customers/{customer_id}/graph", { signal, params: { path: { customer_id: id } } })),
  });
}

/** What the tabs of a customer get from their page. */
export function usePersonHere(): Person {
  return useOutletContext<Person>();
}

/** Everything that is known of a person but a nameless device. */
export function isKnown(person: Person): boolean {
  return person.identifiers.some((one) => one.type !== "anonymous_id" && one.type !== "device_id") || Object.keys(person.profile.personal).length > 0;
}
