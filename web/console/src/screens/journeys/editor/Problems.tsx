import { CheckCircleOutlined } from "@ant-design/icons";
import { ErrorNote, Opener, useLanguage } from "@siyu/kit";
import { Alert, Collapse, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { ENTRY } from "../canvas/graph";
import type { Problem } from "../journey";

const OF_TRIGGER = new Set(["no_segment", "unknown_segment", "time_in_the_past", "before_and_after", "before_a_tie", "unknown_code"]);

/** Where something can be mended: at a step, at the entry, or in the settings (empty). */
export function placeOf(problem: Pick<Problem, "step" | "code">): string {
  return problem.step || (OF_TRIGGER.has(problem.code) ? ENTRY : "");
}

interface Props {
  problems: readonly Problem[];
  loading: boolean;
  error: unknown;
  onOpen: (step: string) => void;
}

/** What has to be changed before the draft can be published, each with the way to its step. */
export function Problems({ problems, loading, error, onOpen }: Props) {
  const { t } = useTranslation("journeys");
  const { token } = theme.useToken();
  const language = useLanguage();
  if (error) return <ErrorNote error={error} />;
  if (problems.length === 0) {
    return (
      <Typography.Text type="secondary" role="status">
        {loading ? (
          t("forms.checking")
        ) : (
          <>
            <CheckCircleOutlined style={{ color: token.colorSuccess }} /> {t("forms.checkOk")}
          </>
        )}
      </Typography.Text>
    );
  }
  const list = (
    <ul style={{ margin: 0, paddingInlineStart: 18, maxHeight: 180, overflow: "auto" }}>
      {problems.map((one, index) => (
        <li key={index}>
          {one[language]}{" "}
          <Opener size="small" onClick={() => onOpen(placeOf(one))}>
            {t("forms.goTo")} {one.step || t(placeOf(one) === ENTRY ? "forms.trigger.title" : "forms.settings")}
          </Opener>
        </li>
      ))}
    </ul>
  );
  return (
    <Alert
      type="warning"
      showIcon
      role="status"
      title={<Collapse ghost size="small" defaultActiveKey={problems.length < 4 ? ["all"] : []} items={[{ key: "all", label: t("forms.problems", { count: problems.length }), children: list }]} styles={{ header: { padding: 0 }, body: { padding: "4px 0 0" } }} />}
    />
  );
}
