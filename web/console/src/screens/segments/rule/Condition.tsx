import { CloseOutlined, CopyOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, theme, Tooltip } from "antd";
import { useTranslation } from "react-i18next";

import { BoughtLeaf, DidLeaf, ListLeaf, PredictedLeaf, RfmLeaf, SegmentLeaf, ValueLeaf } from "./Behaviour";
import { AnniversaryLeaf, CodeLeaf, ConsentLeaf, DateLeaf, GroupLeaf, LayerLeaf, RelationLeaf, SourceLeaf, TagLeaf, TraitLeaf, type LeafProps } from "./Profile";
import { SequenceLeaf } from "./Sequence";

interface Props extends LeafProps {
  negated: boolean;
  onNegate: (negated: boolean) => void;
  onRemove: () => void;
  onCopy: () => void;
  /** What is wrong with it. */
  problem?: string;
  /** It lacks something still. */
  open: boolean;
  number: string;
}

/** One condition: its sentence, "not", copy, remove, and what is wrong with it. */
export function Condition({ leaf, onChange, negated, onNegate, onRemove, onCopy, problem, open, number }: Props) {
  const { t } = useTranslation("segments");
  const { token } = theme.useToken();
  const border = problem ? token.colorError : open ? token.colorWarning : token.colorBorderSecondary;
  const what = t("builder.condition", { number });
  return (
    <div role="group" aria-label={what} style={{ border: `1px solid ${border}`, borderRadius: token.borderRadius, padding: "8px 10px", background: token.colorBgContainer }}>
      <Flex gap="small" align="flex-start">
        <Tooltip title={t(negated ? "builder.affirm" : "builder.negate")}>
          <Button type={negated ? "primary" : "default"} aria-pressed={negated} onClick={() => { onNegate(!negated); }} style={{ paddingInline: 8 }}>
            {t("builder.not")}
          </Button>
        </Tooltip>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Sentence leaf={leaf} onChange={onChange} />
        </div>
        <Flex>
          <Button type="text" size="small" icon={<CopyOutlined />} aria-label={t("builder.copy", { number })} onClick={onCopy} />
          <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t("builder.remove", { number })} onClick={onRemove} />
        </Flex>
      </Flex>
      {problem && <Alert type="error" showIcon title={problem} style={{ marginTop: 8 }} role="alert" />}
    </div>
  );
}

function Sentence({ leaf, onChange }: LeafProps) {
  switch (leaf.condition) {
    case "trait":
      return <TraitLeaf leaf={leaf} onChange={onChange} />;
    case "date":
      return <DateLeaf leaf={leaf} onChange={onChange} />;
    case "anniversary":
      return <AnniversaryLeaf leaf={leaf} onChange={onChange} />;
    case "tag":
      return <TagLeaf leaf={leaf} onChange={onChange} />;
    case "consent":
      return <ConsentLeaf leaf={leaf} onChange={onChange} />;
    case "relation":
      return <RelationLeaf leaf={leaf} onChange={onChange} />;
    case "group":
      return <GroupLeaf leaf={leaf} onChange={onChange} />;
    case "layer":
      return <LayerLeaf leaf={leaf} onChange={onChange} />;
    case "first_source":
      return <SourceLeaf leaf={leaf} onChange={onChange} />;
    case "entry_code":
      return <CodeLeaf leaf={leaf} onChange={onChange} />;
    case "did":
      return <DidLeaf leaf={leaf} onChange={onChange} />;
    case "bought":
      return <BoughtLeaf leaf={leaf} onChange={onChange} />;
    case "sequence":
      return <SequenceLeaf leaf={leaf} onChange={onChange} />;
    case "rfm":
      return <RfmLeaf leaf={leaf} onChange={onChange} />;
    case "value":
      return <ValueLeaf leaf={leaf} onChange={onChange} />;
    case "predicted":
      return <PredictedLeaf leaf={leaf} onChange={onChange} />;
    case "segment":
      return <SegmentLeaf leaf={leaf} onChange={onChange} />;
    case "list":
      return <ListLeaf leaf={leaf} onChange={onChange} />;
  }
}
