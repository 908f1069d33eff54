import { AutoComplete, Flex, InputNumber, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useNames } from "../../customers/names";
import { Choose, Day, Field, Part, Rewards, Rows, Text } from "./fields";
import { useGiven } from "./sentences";
import { useTaskWords } from "./taskWords";
import type { MemberTask, MemberTasks } from "./types";
import { readWhere, written } from "./where";

/** Facts that often fulfil tasks; any other that the reference names can be written. */
const FACTS = ["profile.identified", "member.invited", "member.referred", "relation.started", "relation.lasted", "friend.added", "account.followed", "chat.joined", "order.paid", "order.received", "event.tracked", "entry.scanned", "moment.liked", "moment.commented", "message.received"] as const;
const TRAITS = ["name", "phone", "birthday", "gender", "city", "email"] as const;

interface Props {
  draft: MemberTasks;
  change: (draft: MemberTasks) => void;
}

export function TaskForm({ draft, change }: Props) {
  const { t } = useTranslation("members");
  return (
    <Part title={t("tasks.title")} what={t("tasks.editWhat")}>
      <Rows<MemberTask>
        items={draft.tasks}
        ordered
        add={t("tasks.add")}
        make={() => ({ code: `task_${draft.tasks.length + 1}`, name: t("tasks.newName"), fact: "order.paid", every: "once", rewards: [{ amount: 10, unit: "points", expires_days: null }], where: {}, traits: [], named: null, after: null, first: null, last: null, friends_per_day: 10, friends_most: 100 })}
        called={(one) => one.name || one.code}
        onChange={(tasks) => change({ ...draft, tasks })}
      >
        {(one, set, at) => <TaskFields tasks={draft.tasks} one={one} set={set} at={at} />}
      </Rows>
    </Part>
  );
}

function TaskFields({ tasks, one, set, at }: { tasks: readonly MemberTask[]; one: MemberTask; set: (part: Partial<MemberTask>) => void; at: number }) {
  const { t } = useTranslation("members");
  const names = useNames();
  const given = useGiven();
  const words = useTaskWords(tasks);
  const before = tasks.slice(0, at);
  return (
    <>
      <Text label={t("tasks.name")} value={one.name} max={60} onChange={(name) => set({ name })} />
      <Text label={t("tasks.code")} value={one.code} max={40} width={110} onChange={(code) => set({ code })} />
      <Field label={t("tasks.fact")}>
        <AutoComplete aria-label={t("tasks.fact")} value={one.fact} options={FACTS.map((fact) => ({ value: fact, label: `${names.kind(fact)} · ${fact}` }))} onChange={(fact: string) => set({ fact })} style={{ width: 220 }} />
      </Field>
      {one.fact === "event.tracked" || one.named ? <Text label={t("tasks.named")} value={one.named} onChange={(named) => set({ named: named || null })} /> : null}
      <Where key={one.code} where={one.where ?? {}} onChange={(where) => set({ where })} />
      {one.fact === "profile.identified" || one.traits?.length ? (
        <Field label={t("tasks.traits")}>
          <Select<string[]> mode="tags" aria-label={t("tasks.traits")} value={one.traits ?? []} options={TRAITS.map((value) => ({ value, label: names.field(value) }))} onChange={(traits) => set({ traits })} style={{ minWidth: 220 }} />
        </Field>
      ) : null}
      <Choose<MemberTask["every"]> label={t("tasks.every")} value={one.every} options={(["once", "daily", "weekly", "friend"] as const).map((value) => ({ value, label: t(`tasks.everies.${value}`) }))} onChange={(every) => set({ every })} />
      {one.every === "friend" && (
        <>
          <Limit label={t("tasks.friendsPerDay")} value={one.friends_per_day} onChange={(friends_per_day) => set({ friends_per_day })} />
          <Limit label={t("tasks.friendsMost")} value={one.friends_most} onChange={(friends_most) => set({ friends_most })} />
        </>
      )}
      <Field label={t("tasks.after")}>
        <Select<string> aria-label={t("tasks.after")} allowClear placeholder={t("tasks.noAfter")} value={one.after} options={before.map((each) => ({ value: each.code, label: each.name }))} onChange={(after: string | undefined) => set({ after: after ?? null })} style={{ width: 160 }} />
      </Field>
      <Day label={t("tasks.first")} value={one.first} onChange={(first) => set({ first })} />
      <Day label={t("tasks.last")} value={one.last} onChange={(last) => set({ last })} />
      <Rewards label={t("tasks.rewards")} rewards={one.rewards} onChange={(rewards) => set({ rewards })} />
      <Typography.Text type="secondary" style={{ width: "100%" }}>
        {t("tasks.sentence", { fulfilled: words.fulfilled(one), every: t(`tasks.everies.${one.every}`), given: given(one.rewards) })}
      </Typography.Text>
    </>
  );
}

function Limit({ label, value, onChange }: { label: string; value: number | null | undefined; onChange: (value: number | null) => void }) {
  const { t } = useTranslation("members");
  return (
    <Field label={label}>
      <InputNumber<number> aria-label={label} min={1} max={100_000} precision={0} placeholder={t("earning.noLimit")} value={value} onChange={onChange} style={{ width: 110 }} />
    </Field>
  );
}

function Where({ where, onChange }: { where: NonNullable<MemberTask["where"]>; onChange: (where: NonNullable<MemberTask["where"]>) => void }) {
  const { t } = useTranslation("members");
  const [lines, setLines] = useState(() => written(where));
  const wrong = readWhere(lines) === null;
  return (
    <Flex vertical>
      <Field label={t("tasks.where")}>
        <Select<string[]>
          mode="tags"
          aria-label={t("tasks.where")}
          placeholder="relation=friend"
          open={false}
          suffixIcon={null}
          status={wrong ? "error" : undefined}
          value={lines}
          onChange={(next) => {
            setLines(next);
            const found = readWhere(next);
            if (found) onChange(found);
          }}
          style={{ minWidth: 200 }}
        />
      </Field>
      {wrong && <Typography.Text type="danger">{t("tasks.whereWrong")}</Typography.Text>}
    </Flex>
  );
}
