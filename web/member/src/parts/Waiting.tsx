import Skeleton from "antd-mobile/es/components/skeleton";
import { useTranslation } from "react-i18next";

/** What is not there yet, as high as it will be, so that nothing jumps when it comes. */
export function Waiting({ heights = [120, 160, 160] }: { heights?: number[] }) {
  const { t } = useTranslation();
  return (
    <div aria-busy="true">
      <span className="hidden" role="status">
        {t("state.loading")}
      </span>
      {heights.map((height, place) => (
        <Skeleton key={place} animated style={{ "--height": `${height}px`, "--width": "100%", "--border-radius": "12px", marginBottom: 12 }} />
      ))}
    </div>
  );
}
