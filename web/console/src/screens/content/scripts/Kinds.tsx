import { Select, Tag } from "antd";
import { useTranslation } from "react-i18next";

import { asKind, OFFER_KINDS } from "../content";

/** How a kind of offer is called: ours have names, the brand's own are as it wrote them. */
export function useKindName(): (kind: string) => string {
  const { t } = useTranslation("content");
  return (kind) => t(`offerKind.${kind as "coupon"}`, { defaultValue: kind });
}

export function KindTags({ kinds }: { kinds: readonly string[] }) {
  const name = useKindName();
  return (
    <>
      {kinds.map((kind) => (
        <Tag key={kind} style={{ margin: 0, marginInlineEnd: 4 }}>
          {name(kind)}
        </Tag>
      ))}
    </>
  );
}

/** Kinds of offers: of ours, or words of the brand's own. */
export function KindSelect({ label, value, onChange, placeholder }: { label: string; value: readonly string[]; onChange: (kinds: string[]) => void; placeholder?: string }) {
  const name = useKindName();
  return (
    <Select
      mode="tags"
      aria-label={label}
      placeholder={placeholder}
      value={[...value]}
      options={[...new Set([...OFFER_KINDS, ...value])].map((kind) => ({ value: kind, label: name(kind) }))}
      onChange={(kinds: string[]) => onChange([...new Set(kinds.flatMap((one) => asKind(one) ?? []))])}
      style={{ width: "100%" }}
    />
  );
}
