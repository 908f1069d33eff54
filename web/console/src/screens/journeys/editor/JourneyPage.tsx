import { Loaded, Page, useInAddress } from "@siyu/kit";
import { Flex, Tabs, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { useMay } from "../../../app/session";
import { StateBadge } from "../list/JourneyList";
import { Back } from "../list/Templates";
import { Report } from "../lift/Report";
import { Rehearsals } from "../rehearse/Rehearsals";
import { Running } from "../run/Running";
import { useJourney, type Definition, type Journey } from "../journey";
import { useSentences } from "../sentences";
import { Editor } from "./Editor";
import { Life } from "./Life";
import { Unsaved } from "./Unsaved";
import { useDraft } from "./useDraft";
import { Versions } from "./Versions";
import { YamlPane } from "./YamlPane";

const TABS = ["canvas", "yaml", "running", "rehearsal", "report", "versions"] as const;

/** One journey: its canvas, its file, how it runs, what it would have done and what it brought. */
export function JourneyPage() {
  const id = Number(useParams()["id"]);
  return <Loaded query={useJourney(id)}>{({ journey, definition }) => <Whole key={`${journey.id} ${journey.version}`} journey={journey} saved={definition} />}</Loaded>;
}

function Whole({ journey, saved }: { journey: Journey; saved: Definition }) {
  const { t } = useTranslation("journeys");
  const say = useSentences();
  const may = useMay();
  const draft = useDraft(journey, saved);
  const [tab, setTab] = useInAddress("tab");
  const here = TABS.find((one) => one === tab) ?? "canvas";
  const editable = may("journeys.manage");
  const what = (
    <Flex gap="small" align="center" wrap>
      <StateBadge state={journey.state} />
      {journey.kind === "broadcast" && <Tag style={{ margin: 0 }}>{t("kinds.broadcast")}</Tag>}
      <span>{journey.version ? t("running.version", { number: String(journey.version) }) : t("list.none")}</span>
      <span>{say.trigger(draft.definition.trigger)}</span>
    </Flex>
  );
  const content = {
    canvas: () => <Editor draft={draft} journey={journey} editable={editable} />,
    yaml: () => <YamlPane draft={draft} journey={journey} editable={editable} />,
    running: () => <Running journey={journey} definition={draft.definition} />,
    rehearsal: () => <Rehearsals journey={journey} definition={draft.definition} dirty={draft.dirty} />,
    report: () => <Report journey={journey} />,
    versions: () => <Versions journey={journey} />,
  };
  return (
    <Page title={draft.definition.name} what={what} above={<Back />} actions={editable && <Life journey={journey} draft={draft} />}>
      <Unsaved dirty={draft.dirty} />
      <Tabs
        aria-label={t("title")}
        activeKey={here}
        onChange={(next) => setTab(next === "canvas" ? null : next)}
        destroyOnHidden
        items={TABS.map((key) => ({ key, label: t(`forms.tabs.${key}`), children: key === here ? content[key]() : null }))}
      />
    </Page>
  );
}
