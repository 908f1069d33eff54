import { Steps } from "antd";
import { useTranslation } from "react-i18next";

const STEPS = ["file", "recognise", "mapping", "preview", "run"] as const;
export type Step = (typeof STEPS)[number];

/** Where in the wizard one is. The mapping is only shown to those who make one. */
export function StepLine({ step }: { step: Step }) {
  const { t } = useTranslation("imports");
  const shown = STEPS.filter((each) => each !== "mapping" || step === "mapping");
  return <Steps size="small" current={shown.indexOf(step)} items={shown.map((each) => ({ title: t(`steps.${each}`) }))} />;
}
