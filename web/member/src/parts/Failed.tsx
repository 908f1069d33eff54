import { ApiError } from "@siyu/api";
import { useTranslation } from "react-i18next";

/** What an error says, in the language of the page. */
export function useSaid(): (problem: unknown) => string {
  const { t, i18n } = useTranslation();
  return (problem) => {
    if (!(problem instanceof ApiError) || problem.status === 0) return t("state.unreachable");
    return i18n.language === "zh" ? problem.messageZh : problem.message;
  };
}

/** Something could not be shown, or done. */
export function Failed({ problem, again }: { problem: unknown; again?: () => unknown }) {
  const { t } = useTranslation();
  const said = useSaid();
  if (!problem) return null;
  return (
    <p className="notice" role="alert">
      {said(problem)}{" "}
      {again && (
        <button type="button" className="plain" onClick={() => void again()}>
          {t("state.retry")}
        </button>
      )}
    </p>
  );
}
