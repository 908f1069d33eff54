import { Button, DatePicker, Flex, Input, Select } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";

import { namesOf } from "./state";
import type { ChoiceFilter, DatesFilter, Filter, TextFilter } from "./types";

interface Props {
  filters: readonly Filter[];
  values: Record<string, string>;
  onChange: (values: Record<string, string | undefined>) => void;
}

export function Filters({ filters, values, onChange }: Props) {
  const { t } = useTranslation("kit");
  if (filters.length === 0) return null;
  const clear = (): void => onChange(Object.fromEntries(filters.flatMap(namesOf).map((name) => [name, undefined])));
  return (
    <Flex gap="small" wrap role="search" aria-label={t("table.filters")}>
      {filters.map((filter) => (
        <One key={filter.key} filter={filter} values={values} onChange={onChange} />
      ))}
      {Object.keys(values).length > 0 && (
        <Button type="link" onClick={clear}>
          {t("table.clearFilters")}
        </Button>
      )}
    </Flex>
  );
}

function One({ filter, values, onChange }: { filter: Filter } & Omit<Props, "filters">) {
  switch (filter.kind) {
    case "text":
      return <Text filter={filter} values={values} onChange={onChange} />;
    case "choice":
      return <Choose filter={filter} values={values} onChange={onChange} />;
    case "dates":
      return <Dates filter={filter} values={values} onChange={onChange} />;
  }
}

function Text({ filter, values, onChange }: { filter: TextFilter } & Omit<Props, "filters">) {
  const value = values[filter.key] ?? "";
  return (
    <Input.Search
      key={value} // the address may change it from outside
      defaultValue={value}
      allowClear
      aria-label={filter.label}
      placeholder={filter.placeholder ?? filter.label}
      style={{ width: filter.width ?? 220 }}
      onSearch={(text) => onChange({ [filter.key]: text.trim() || undefined })}
    />
  );
}

function Choose({ filter, values, onChange }: { filter: ChoiceFilter } & Omit<Props, "filters">) {
  const value = values[filter.key];
  return (
    <Select<string | string[]>
      allowClear
      mode={filter.multiple ? "multiple" : undefined}
      maxTagCount="responsive"
      showSearch={filter.choices.length > 8 && { optionFilterProp: "label" }}
      aria-label={filter.label}
      placeholder={filter.label}
      style={{ minWidth: 150 }}
      popupMatchSelectWidth={false}
      options={[...filter.choices]}
      value={filter.multiple ? (value?.split(",") ?? []) : value}
      onChange={(now) => onChange({ [filter.key]: Array.isArray(now) ? now.join(",") || undefined : now })}
    />
  );
}

function Dates({ filter, values, onChange }: { filter: DatesFilter } & Omit<Props, "filters">) {
  const { t } = useTranslation("kit");
  const [from, until] = namesOf(filter) as [string, string];
  const day = (text: string | undefined) => (text ? dayjs(text) : null);
  return (
    <DatePicker.RangePicker
      allowEmpty={[true, true]}
      aria-label={filter.label}
      id={{ start: `${filter.key}-from`, end: `${filter.key}-until` }}
      placeholder={[`${filter.label} · ${t("table.from")}`, t("table.until")]}
      value={[day(values[from]), day(values[until])]}
      onChange={(days) =>
        onChange({ [from]: days?.[0]?.format("YYYY-MM-DD"), [until]: days?.[1]?.format("YYYY-MM-DD") })
      }
    />
  );
}
