import { When } from "@siyu/kit";
import { theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { keyOf, useEvidenceWords, type Waiting } from "../customers/links";

interface Props {
  pairs: readonly Waiting[];
  chosen: string;
  onChoose: (pair: Waiting) => void;
}

/** The pairs that wait, oldest first. */
export function PairList({ pairs, chosen, onChoose }: Props) {
  const { t } = useTranslation("review");
  const { token } = theme.useToken();
  const words = useEvidenceWords();
  return (
    <ol
      aria-label={t("list")}
      style={{ listStyle: "none", margin: 0, padding: 0, maxHeight: "72vh", overflowY: "auto", border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadius }}
    >
      {pairs.map((pair) => {
        const here = keyOf(pair) === chosen;
        const [one, other] = [words.called(pair.stronger, pair.stronger_is), words.called(pair.weaker, pair.weaker_is)];
        return (
          <li key={keyOf(pair)} style={{ borderBottom: `1px solid ${token.colorBorderSecondary}` }}>
            <button
              type="button"
              aria-current={here ? "true" : undefined}
              onClick={() => onChoose(pair)}
              style={{
                all: "unset",
                boxSizing: "border-box",
                display: "block",
                width: "100%",
                padding: "8px 12px",
                cursor: "pointer",
                borderInlineStart: `3px solid ${here ? token.colorPrimary : "transparent"}`,
                background: here ? token.colorPrimaryBg : token.colorBgContainer,
              }}
              onFocus={(event) => (event.currentTarget.style.outline = `2px solid ${token.colorPrimary}`)}
              onBlur={(event) => (event.currentTarget.style.outline = "none")}
            >
              <div style={{ fontWeight: here ? 600 : undefined, overflowWrap: "anywhere" }}>{one}</div>
              <div style={{ overflowWrap: "anywhere" }}>{other}</div>
              <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                {words.why(pair.reason)} · <When at={pair.first_seen} precision="day" />
              </Typography.Text>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
