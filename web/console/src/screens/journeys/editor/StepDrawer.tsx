import { DeleteOutlined } from "@ant-design/icons";
import { DetailDrawer, useLanguage } from "@siyu/kit";
import { Alert, Button, Flex, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ledTo, OPTIONAL, waysOf } from "../canvas/graph";
import { Field } from "../forms/fields";
import { LeadsTo } from "../forms/LeadsTo";
import { StepForm } from "../forms/StepForm";
import type { Definition, Problem, Step } from "../journey";
import { useSentences } from "../sentences";
import { changed, isName, removed, renamed } from "./edit";
import { Frozen } from "./Frozen";
import type { Draft } from "./useDraft";

interface Props {
  draft: Draft;
  /** Of the step that is open. */
  name: string | null;
  editable: boolean;
  problems: readonly Problem[];
  onClose: () => void;
  onRename: (name: string) => void;
}

/** One step: its name, what it does, where it leads, what is wrong with it. */
export function StepDrawer({ draft, name, editable, problems, onClose, onRename }: Props) {
  const { t } = useTranslation("journeys");
  const language = useLanguage();
  const { definition, change } = draft;
  const step = name === null ? undefined : definition.steps[name];
  const own = problems.filter((one) => one.step === name);
  const put = (next: Step): void => change(changed(definition, name ?? "", next), `step ${name}`);
  return (
    <DetailDrawer
      open={step !== undefined}
      title={step && t(`canvas.kind.${step.kind}`)}
      width={560}
      onClose={onClose}
      actions={
        editable &&
        step && (
          <Button
            danger
            icon={<DeleteOutlined />}
            onClick={() => {
              change(removed(definition, name ?? ""));
              onClose();
            }}
          >
            {t("forms.step.delete")}
          </Button>
        )
      }
    >
      {step && name !== null && (
        <Frozen frozen={!editable}>
          {own.length > 0 && (
            <Alert
              type="warning"
              style={{ marginBottom: 14 }}
              title={
                <Flex vertical gap={4}>
                  {own.map((one, index) => (
                    <span key={index}>{one[language]}</span>
                  ))}
                </Flex>
              }
            />
          )}
          <Called
            key={name}
            name={name}
            definition={definition}
            onRename={(wanted) => {
              change(renamed(definition, name, wanted));
              onRename(wanted);
            }}
          />
          <StepForm key={`${step.kind} ${name}`} step={step} definition={definition} onChange={put} />
          <Leads step={step} name={name} definition={definition} onChange={put} />
        </Frozen>
      )}
    </DetailDrawer>
  );
}

function Called({ name, definition, onRename }: { name: string; definition: Definition; onRename: (name: string) => void }) {
  const { t } = useTranslation("journeys");
  const [text, setText] = useState(name);
  const wanted = text.trim();
  const taken = wanted !== name && wanted in definition.steps;
  const problem = !isName(wanted) ? t("forms.step.nameBad") : taken ? t("forms.step.nameTaken") : undefined;
  const keep = (): void => {
    if (!problem && wanted !== name) onRename(wanted);
  };
  return (
    <Field label={t("forms.step.name")} problem={problem}>
      <Input aria-label={t("forms.step.name")} value={text} maxLength={60} onChange={(event) => setText(event.target.value)} onBlur={keep} onPressEnter={keep} />
    </Field>
  );
}

/** Where each way leads; those of the cases of a branch are asked beside them. */
function Leads({ step, name, definition, onChange }: { step: Step; name: string; definition: Definition; onChange: (step: Step) => void }) {
  const { t } = useTranslation("journeys");
  const say = useSentences();
  const optional = OPTIONAL[step.kind] ?? [];
  const lead = (way: string, to: string) => {
    const may = optional.includes(way);
    const called = may ? t(`forms.leads.${way as "dropped"}`) : say.way(step, way);
    const label = may ? called : called ? t("forms.step.leadsBy", { way: called }) : t("forms.step.leads");
    return (
      <Field key={way} label={label} required={!may}>
        <LeadsTo label={label} optional={may} definition={definition} value={to} not={step.kind === "wait" ? undefined : name} onChange={(next) => onChange(ledTo(step, way, next))} />
      </Field>
    );
  };
  const led = waysOf(step).filter(({ way }) => !way.startsWith("case "));
  return (
    <>
      {led.map(({ way, to }) => lead(way, to))}
      {optional.filter((way) => !led.some((one) => one.way === way)).map((way) => lead(way, ""))}
    </>
  );
}
