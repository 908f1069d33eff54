import { answered, api } from "@siyu/api";
import { Sideways } from "@siyu/kit";
import { Flex, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useGiven } from "./sentences";
import { TaskForm } from "./TaskForm";
import { TaskPreview } from "./TaskPreview";
import { useTaskWords } from "./taskWords";
import type { MemberTask, MemberTasks } from "./types";
import { Versioned, type Version } from "./Versioned";

type Rules = Version<MemberTasks>;

/** Tasks of members: what fulfils them, how often, in which series and season, and what they give. */
export function TasksPage() {
  const { t } = useTranslation("members");
  return (
    <Versioned<MemberTasks>
      name="tasks"
      title={t("tasks.title")}
      what={t("tasks.what")}
      none={t("tasks.none")}
      load={async (signal) => (await answered(api.GET("/api/v1/ledger/tasks", { signal }))) as Rules}
      history={async (signal) => (await answered(api.GET("/api/v1/ledger/tasks/versions", { signal }))) as Rules[]}
      save={(body) => answered(api.PUT("/api/v1/ledger/tasks", { body: { ...body, rules: { ...body.rules } } }))}
      said={(rules) => <InWords rules={rules} />}
      form={(draft, change) => <TaskForm draft={draft} change={change} />}
      preview={(draft) => <TaskPreview rules={draft} />}
    />
  );
}

function InWords({ rules }: { rules: MemberTasks }) {
  const { t } = useTranslation("members");
  const given = useGiven();
  const words = useTaskWords(rules.tasks);
  return (
    <Sideways label={t("tasks.title")}>
      <Table<MemberTask>
        aria-label={t("tasks.title")}
        size="small"
        rowKey="code"
        pagination={false}
        dataSource={rules.tasks}
        columns={[
          { title: t("tasks.name"), render: (_, one) => <Flex vertical><Typography.Text strong>{one.name}</Typography.Text><Typography.Text type="secondary">{one.code}</Typography.Text></Flex> },
          { title: t("tasks.fulfilled"), render: (_, one) => words.fulfilled(one) },
          { title: t("tasks.every"), render: (_, one) => t(`tasks.everies.${one.every}`) },
          { title: t("tasks.seriesSeason"), render: (_, one) => <Flex gap={4} wrap>{words.limits(one).map((each) => <Tag key={each}>{each}</Tag>)}</Flex> },
          { title: t("tasks.rewards"), render: (_, one) => given(one.rewards) },
        ]}
      />
    </Sideways>
  );
}
