import { ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import type { Schema } from "@siyu/api";
import { useLanguage } from "@siyu/kit";
import { Button, Flex, Select } from "antd";
import { useTranslation } from "react-i18next";

import { useAccounts, useKinds } from "../../channels/accounts";
import type { Wish } from "../journey";

export type Way = Schema<"WayRead">;

const MOST = 6;

/** The ways that these wishes mean, as far as they are known. */
export function useWaysOf(): (wishes: readonly Wish[]) => Way[] {
  const accounts = useAccounts().data;
  const kinds = useKinds().data?.kinds;
  return (wishes) =>
    wishes.flatMap((wish) => {
      const channel = accounts?.find((one) => one.id === wish.account)?.channel ?? wish.channel;
      return kinds?.find((one) => one.channel === channel)?.ways.find((way) => way.name === wish.way) ?? [];
    });
}

/** By which ways, the best first. */
export function Wishes({ value, onChange }: { value: readonly Wish[]; onChange: (wishes: Wish[]) => void }) {
  const { t } = useTranslation("journeys");
  const language = useLanguage();
  const accounts = useAccounts().data ?? [];
  const kinds = useKinds().data?.kinds ?? [];
  const groups = kinds.flatMap((kind) => {
    const ways = kind.ways.filter((way) => way.subject === "customer" && way.name !== "welcome" && !way.published);
    const own = accounts.filter((one) => one.channel === kind.channel);
    const listed = own.flatMap((account) => ways.map((way) => ({ value: written({ account: account.id, channel: "", way: way.name }), label: `${account.name} · ${way[language]}` })));
    const only = ways.map((way) => ({ value: written({ account: 0, channel: kind.channel, way: way.name }), label: `${kind[language]} · ${way[language]}` }));
    return own.length ? [{ label: kind[language], options: listed }, { label: `${kind[language]}: ${t("forms.send.only")}`, options: only }] : [];
  });
  const chosen = new Set(value.map(written));
  const all = groups.flatMap((group) => group.options);
  const set = (index: number, text: string): void => onChange(value.map((one, at) => (at === index ? read(text) : one)));
  const options = (mine: string) => groups.map((group) => ({ ...group, options: group.options.map((one) => ({ ...one, disabled: one.value !== mine && chosen.has(one.value) })) }));
  const next = all.find((one) => !chosen.has(one.value));
  return (
    <Flex vertical gap={6}>
      {value.map((wish, index) => {
        const number = String(index + 1);
        const mine = written(wish);
        return (
          <Flex key={mine} gap={4} align="center">
            <span aria-hidden style={{ width: 16 }}>
              {number}
            </span>
            <Select aria-label={t("forms.send.wish", { number })} value={mine} options={options(mine)} onChange={(text) => set(index, text)} style={{ flex: 1, minWidth: 0 }} />
            <Button
              type="text"
              size="small"
              icon={<ArrowUpOutlined />}
              disabled={index === 0}
              aria-label={t("forms.send.wishUp", { number })}
              onClick={() => onChange([...value.slice(0, index - 1), wish, ...value.slice(index - 1, index), ...value.slice(index + 1)])}
            />
            <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("forms.send.removeWish", { number })} onClick={() => onChange(value.filter((_, at) => at !== index))} />
          </Flex>
        );
      })}
      <Button type="dashed" size="small" icon={<PlusOutlined />} disabled={!next || value.length >= MOST} onClick={() => next && onChange([...value, read(next.value)])} style={{ alignSelf: "flex-start" }}>
        {t("forms.send.addWish")}
      </Button>
    </Flex>
  );
}

/** A wish as the value of a choice. */
export function written({ account, channel, way }: Wish): string {
  return [account ?? 0, account ? "" : channel, way].join("\u0000");
}

export function read(text: string): Wish {
  const [account = "0", channel = "", way = ""] = text.split("\u0000");
  return { account: Number(account), channel, way };
}
