import { RedoOutlined, SaveOutlined, SettingOutlined, UndoOutlined } from "@ant-design/icons";
import { DetailDrawer, ErrorNote, useInAddress } from "@siyu/kit";
import { App, Button, Flex, Tooltip, Typography } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { Canvas } from "../canvas/Canvas";
import { ENTRY } from "../canvas/graph";
import { SettingsForm } from "../forms/SettingsForm";
import { TriggerForm } from "../forms/TriggerForm";
import type { Journey, StepKind } from "../journey";
import { inserted } from "./edit";
import { Frozen } from "./Frozen";
import { Problems } from "./Problems";
import { StepDrawer } from "./StepDrawer";
import type { Draft } from "./useDraft";

const SETTINGS = "(settings)";

/** The canvas of a draft with everything that can be done to it. */
export function Editor({ draft, journey, editable }: { draft: Draft; journey: Journey; editable: boolean }) {
  const { t } = useTranslation("journeys");
  const { message } = App.useApp();
  const [open, setOpen] = useInAddress("step");
  const { definition, change, undo, redo, dirty, save, checked } = draft;
  const problems = checked.data?.problems ?? [];
  useUndoKeys(undo, redo);
  const insert = (from: string, way: string, kind: StepKind): void => {
    const made = inserted(definition, from, way, kind, t(`canvas.kind.${kind}`).replace(/\s+/g, "-"));
    change(made.definition);
    setOpen(made.name, true);
  };
  return (
    <Flex vertical gap="small">
      {editable && (
        <Flex gap="small" align="center" wrap>
          <Button type="primary" icon={<SaveOutlined />} disabled={!dirty} loading={save.isPending} onClick={() => save.mutate(undefined, { onSuccess: () => void message.success(t("forms.saved")) })}>
            {t("forms.save")}
          </Button>
          <Tooltip title={`${t("forms.undo")} (Ctrl+Z)`}>
            <Button icon={<UndoOutlined />} disabled={!undo} aria-label={t("forms.undo")} onClick={undo} />
          </Tooltip>
          <Tooltip title={`${t("forms.redo")} (Ctrl+Shift+Z)`}>
            <Button icon={<RedoOutlined />} disabled={!redo} aria-label={t("forms.redo")} onClick={redo} />
          </Tooltip>
          <Button icon={<SettingOutlined />} onClick={() => setOpen(SETTINGS, true)}>
            {t("forms.settings")}
          </Button>
          <Typography.Text type="secondary" aria-live="polite">
            {t(dirty ? "forms.unsaved" : "forms.allSaved")}
          </Typography.Text>
        </Flex>
      )}
      <ErrorNote error={save.error} />
      <Problems problems={problems} loading={!draft.settled} error={checked.error} onOpen={(step) => setOpen(step || SETTINGS, true)} />
      <Canvas key={journey.id} definition={definition} problems={problems} selected={open} height="max(420px, calc(100vh - 320px))" onOpen={(step) => setOpen(step, true)} onInsert={editable ? insert : undefined} />
      <StepDrawer draft={draft} name={open} editable={editable} problems={problems} onClose={() => setOpen(null, true)} onRename={(name) => setOpen(name, true)} />
      <DetailDrawer open={open === ENTRY} title={t("forms.trigger.title")} width={520} onClose={() => setOpen(null, true)}>
        <Frozen frozen={!editable}>
          <TriggerForm trigger={definition.trigger} onChange={(trigger) => change({ ...definition, trigger }, ENTRY)} />
        </Frozen>
      </DetailDrawer>
      <DetailDrawer open={open === SETTINGS} title={t("forms.settings")} width={600} onClose={() => setOpen(null, true)}>
        <Frozen frozen={!editable}>
          <SettingsForm definition={definition} onChange={(next) => change(next, SETTINGS)} />
        </Frozen>
      </DetailDrawer>
    </Flex>
  );
}

function useUndoKeys(undo: (() => void) | undefined, redo: (() => void) | undefined): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, [contenteditable]");
      if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      (event.shiftKey ? redo : undo)?.();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, [undo, redo]);
}

