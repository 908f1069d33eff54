import { Select, type SelectProps } from "antd";

import { canServe, useStaff, type Workload } from "../mirrored";

interface Props extends Pick<SelectProps<string>, "value" | "onChange" | "id" | "placeholder" | "aria-label" | "style" | "allowClear"> {
  account: number;
  /** Who can be chosen; who may have customers when absent. */
  fits?: (one: Workload) => boolean;
}

/** One member of staff, found by name, id or position. */
export function StaffSelect({ account, fits = canServe, ...select }: Props) {
  const staff = useStaff(account);
  const options = (staff.data ?? []).filter(fits).map((one) => ({ value: one.staff_id, label: [one.name || one.staff_id, one.position, ...one.departments].filter(Boolean).join(" · ") }));
  return <Select<string> showSearch={{ optionFilterProp: "label" }} loading={staff.isPending} options={options} popupMatchSelectWidth={false} {...select} />;
}
