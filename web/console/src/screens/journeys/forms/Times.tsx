import { DatePicker, TimePicker } from "antd";
import dayjs from "dayjs";

/** A time of day, `19:30`. */
export function TimeOfDay({ label, value, onChange, required = false }: { label: string; value: string | null | undefined; onChange: (at: string | null) => void; required?: boolean }) {
  return (
    <TimePicker
      aria-label={label}
      format="HH:mm"
      minuteStep={5}
      needConfirm={false}
      allowClear={!required}
      value={value ? dayjs(`2000-01-01T${value}`) : null}
      onChange={(at) => onChange(at ? at.format("HH:mm") : null)}
      style={{ width: 140 }}
    />
  );
}

/** A moment on the brand's clock, `2026-05-01T19:30:00`. */
export function Moment({ label, empty, value, onChange }: { label: string; empty?: string; value: string | null | undefined; onChange: (at: string | null) => void }) {
  return (
    <DatePicker
      aria-label={label}
      placeholder={empty}
      showTime={{ format: "HH:mm", minuteStep: 5 }}
      format="YYYY-MM-DD HH:mm"
      needConfirm={false}
      value={value ? dayjs(value.slice(0, 19)) : null}
      onChange={(at) => onChange(at ? at.format("YYYY-MM-DDTHH:mm:00") : null)}
      style={{ width: 220 }}
    />
  );
}
