import { Alert, Flex } from "antd";
import { useTranslation } from "react-i18next";

import { Compare } from "../customers/Compare";
import { EvidenceDetails } from "../customers/EvidenceDetails";
import type { Waiting } from "../customers/links";

/** One pair: the evidence that would make them one, and who the two are. */
export function Pair({ pair }: { pair: Waiting }) {
  const { t } = useTranslation("review");
  const sides = [pair.stronger_is, pair.weaker_is].filter((side) => side !== undefined);
  const known = new Map(sides.map((side) => [side.id, side]));
  const [one, other] = sides;
  return (
    <Flex vertical gap="middle">
      <EvidenceDetails edge={pair} known={known} />
      {one && other ? (
        <Compare one={one.customer_id} other={other.customer_id} marked={[pair.stronger, pair.weaker]} />
      ) : (
        <Alert type="warning" showIcon title={t("unresolved")} />
      )}
    </Flex>
  );
}
