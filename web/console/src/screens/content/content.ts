import { answered, api, type Schema } from "@siyu/api";
import { keepPreviousData, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { useMay } from "../../app/session";

export type Material = Schema<"Material">;
export type MaterialKind = Material["kind"];
export type Body = Schema<"Body">;
export type Offer = Schema<"Offer">;
export type ScriptRow = Schema<"ScriptRow">;
export type ScriptVersion = Schema<"ScriptVersion">;
export type Persona = Schema<"Persona">;
export type Character = Schema<"Character">;
export type Calendar = Schema<"Calendar">;
export type Plan = Schema<"Plan">;
export type Phase = Schema<"Phase">;
export type PhaseKind = Phase["kind"];
export type Mix = Schema<"Mix">;
export type Post = Schema<"Post">;
export type Entry = Schema<"Entry">;
export type Category = Post["category"];
export type Checked = Schema<"ContentCheck">;
export type Arm = "a" | "b";

export const MATERIAL_KINDS = ["text", "image", "link", "mini_program", "video", "file"] as const satisfies readonly MaterialKind[];
export const OFFER_KINDS = ["red_packet", "coupon", "service", "experience_officer", "gift", "points"] as const;
export const CATEGORIES = ["persona", "seeding", "brand"] as const satisfies readonly Category[];
export const PHASE_KINDS = ["everyday", "warm_up", "burst", "afterglow"] as const satisfies readonly PhaseKind[];

/** Everything about content lies below this key. */
export const CONTENT = ["content"] as const;
const QUIET_MS = 400;

/** Ask again for what may have changed. */
export function useContentAgain(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: CONTENT });
}

/** A value once it has not changed for a moment. */
export function useCalm<Value>(value: Value): Value {
  const [calm, setCalm] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(value), QUIET_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return calm;
}

export function useMaterial(id: number | null): UseQueryResult<Material> {
  return useQuery({
    queryKey: [...CONTENT, "materials", id],
    enabled: id !== null,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/content/materials/{material_id}", { signal, params: { path: { material_id: id ?? 0 } } })),
  });
}

export function useScript(id: number) {
  return useQuery({
    queryKey: [...CONTENT, "scripts", id],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/content/scripts/{script_id}", { signal, params: { path: { script_id: id } } })),
  });
}

/** The scripts that are in use, newest first. */
export function useScripts(): UseQueryResult<ScriptRow[]> {
  const may = useMay();
  return useQuery({
    queryKey: [...CONTENT, "scripts", "all"],
    enabled: may("content.read"),
    staleTime: 60_000,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/content/scripts", { signal, params: { query: { limit: 200 } } })),
  });
}

export function usePersonas(): UseQueryResult<Persona[]> {
  return useQuery({ queryKey: [...CONTENT, "personas"], queryFn: ({ signal }) => answered(api.GET("/api/v1/content/personas", { signal })) });
}

/** What a phase of each kind wants where its plan says nothing else. */
export function useMixes(): UseQueryResult<Record<PhaseKind, Mix>> {
  return useQuery({ queryKey: [...CONTENT, "mixes"], staleTime: Infinity, queryFn: async ({ signal }) => (await answered(api.GET("/api/v1/content/mixes", { signal }))) as Record<PhaseKind, Mix> });
}

/** What a script that is being written is found to be; asked once it has not changed for a moment. */
export function useChecked(body: Body): UseQueryResult<Checked> {
  const calm = useCalm(body);
  return useQuery({
    queryKey: [...CONTENT, "check", calm],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(api.POST("/api/v1/content/scripts/check", { signal, body: calm })),
  });
}

/** Names that may stand in a text: what is known of a person by name, and the brand's own traits. */
export function useVariables(): string[] {
  const may = useMay();
  const offers = useQuery({
    queryKey: ["segments", "offers"],
    enabled: may("segments.read"),
    staleTime: 5 * 60_000,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/segments/offers", { signal })),
  });
  return [...new Set(["name", ...(offers.data?.traits ?? []).map((one) => one.name)])];
}

export const NO_OFFER: Offer = { text: "", materials: [], kinds: [] };

/** Bait and hook, and not one plain text. */
export const isBaited = (body: Body): boolean => !body.plain;

/** The offers of a body with where they stand, in the order in which they are said. */
export function offersOf(body: Body): { part: "plain" | "bait_a" | "bait_b" | "hook" | "fallback"; number: number; offer: Offer }[] {
  const named = (["plain", "bait_a", "bait_b", "hook"] as const).flatMap((part) => {
    const offer = body[part];
    return offer ? [{ part, number: 0, offer }] : [];
  });
  return [...named, ...body.fallbacks.map((offer, at) => ({ part: "fallback" as const, number: at + 1, offer }))];
}

/** The first words of a script, for lists. */
export function beginningOf(body: Body): string {
  return offersOf(body).find(({ offer }) => offer.text.trim())?.offer.text ?? "";
}

/** All kinds that a script offers, each once. */
export function kindsOf(body: Body): string[] {
  return [...new Set(offersOf(body).flatMap(({ offer }) => offer.kinds))];
}

/** A text with a variable where the cursor is; behind `|` what those read of whom nothing is known. */
export function withVariable(text: string, name: string, fallback: string, from: number, to: number): string {
  return `${text.slice(0, from)}{{${name}|${fallback}}}${text.slice(to)}`;
}

/** A word as kinds are written: small letters, digits and `_`; `null` for what cannot be one. */
export function asKind(word: string): string | null {
  const kind = word.trim().toLowerCase().replace(/[\s-]+/g, "_");
  return /^[a-z][a-z0-9_]{0,39}$/.test(kind) ? kind : null;
}
