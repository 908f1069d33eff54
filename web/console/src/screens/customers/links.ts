import type { Schema } from "@siyu/api";
import { useIdentifierName } from "@siyu/kit";
import { useTranslation } from "react-i18next";

export type Evidence = Schema<"Evidence">;
export type Known = Schema<"Known">;
/** An identifier with whose it is. */
export type Located = Known;
/** A link that waits, with what it ties together. */
export type Waiting = Schema<"Waiting">;

/** Identifiers of other customers that edges of a graph lead to. */
export function elsewhereOf(graph: Schema<"Graph">): readonly Located[] {
  return graph.elsewhere;
}

export const keyOf = (edge: Evidence): string => `${edge.stronger}-${edge.weaker}`;

/** Words about evidence. */
export function useEvidenceWords() {
  const { t, i18n } = useTranslation("review");
  const type = useIdentifierName();
  return {
    /** What an identifier is called: its type and its value. */
    called: (id: number, known: Known | undefined): string =>
      known ? `${type(known.type)} ${known.value}` : t("graph.elsewhereId", { id: String(id) }),
    strength: (strength: string): string => (i18n.exists(`review:strength.${strength}`) ? t(`strength.${strength}` as never) : strength),
    why: (reason: string): string => {
      const [code = "", detail] = reason.split(":");
      if (code === "") return t("why.none");
      if (code === "limit") return t("why.limit", { type: type(detail ?? "") });
      return i18n.exists(`review:why.${code}`) ? t(`why.${code}` as never) : reason;
    },
    identifierState: (state: string): string => (i18n.exists(`review:identifierState.${state}`) ? t(`identifierState.${state}` as never) : state),
    op: (op: string, other: number): string =>
      i18n.exists(`review:op.${op}`) ? t(`op.${op}` as never, { other: String(other) }) : t("op.other", { op }),
  };
}
