import { PlusOutlined } from "@ant-design/icons";
import { Sideways, useBrand } from "@siyu/kit";
import { Button, Flex, theme, Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useScripts, type Calendar, type Entry } from "../content";
import { byDay, phaseOf, weeksOf } from "./days";
import { Dot } from "./Dot";

interface Props {
  calendar: Calendar;
  entries: readonly Entry[];
  /** `2026-03`. */
  month: string;
  today: string;
  onOpen: (entry: Entry) => void;
  /** Absent for who may only look. */
  onAdd?: (day: string) => void;
}

const WEEKDAYS = ["1", "2", "3", "4", "5", "6", "7"] as const;

/** A month in weeks; a day shows its phase and its posts. */
export function Month({ calendar, entries, month, today, onOpen, onAdd }: Props) {
  const { t } = useTranslation("content");
  const { token } = theme.useToken();
  const { zone } = useBrand();
  const posts = useMemo(() => byDay(entries, zone), [entries, zone]);
  const cell = { border: `1px solid ${token.colorBorderSecondary}`, verticalAlign: "top" as const, padding: 4 };
  return (
    <Sideways label={t("moments.monthOf", { month })}>
      <table aria-label={t("moments.monthOf", { month })} style={{ width: "100%", minWidth: 760, tableLayout: "fixed", borderCollapse: "collapse", background: token.colorBgContainer }}>
        <thead>
          <tr>
            {WEEKDAYS.map((day) => (
              <th key={day} scope="col" style={{ ...cell, fontWeight: 500, textAlign: "start" }}>
                {t(`weekday.${day}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week) => (
            <tr key={week[0]}>
              {week.map((day) => {
                const phase = phaseOf(calendar.plan, day);
                const inside = day.startsWith(month);
                return (
                  <td key={day} aria-current={day === today ? "date" : undefined} style={{ ...cell, height: 104, background: inside ? undefined : token.colorFillQuaternary }}>
                    <Flex justify="space-between" align="center" gap={4}>
                      <Typography.Text strong={day === today} type={inside ? undefined : "secondary"}>
                        {Number(day.slice(8))}
                      </Typography.Text>
                      {phase && (
                        <Typography.Text type="secondary" ellipsis style={{ fontSize: 12, flex: 1 }}>
                          {t(`phase.${phase.kind}`)}
                        </Typography.Text>
                      )}
                      {phase && onAdd && <Button type="text" size="small" icon={<PlusOutlined />} aria-label={t("post.add", { day })} onClick={() => onAdd(day)} />}
                    </Flex>
                    <Flex vertical gap={2}>
                      {(posts.get(day) ?? []).map((entry) => (
                        <OnePost key={entry.id} entry={entry} onOpen={() => onOpen(entry)} />
                      ))}
                    </Flex>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Sideways>
  );
}

function OnePost({ entry, onOpen }: { entry: Entry & { time: string }; onOpen: () => void }) {
  const { t } = useTranslation("content");
  const scripts = useScripts().data ?? [];
  const { category, text, script_id: script } = entry.post;
  const said = text || scripts.find((one) => one.script.id === script)?.newest.body.plain?.text || t("post.onlyShows");
  return (
    <Button type="text" size="small" onClick={onOpen} title={said} style={{ height: "auto", padding: "1px 4px", justifyContent: "flex-start", textAlign: "start", width: "100%" }}>
      <Flex gap={4} align="center" style={{ minWidth: 0, width: "100%", fontSize: 12 }}>
        <Dot category={category} />
        <span>{entry.time}</span>
        <span style={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", minWidth: 0 }}>{said}</span>
      </Flex>
    </Button>
  );
}
