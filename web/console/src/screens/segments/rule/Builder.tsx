import { DeleteOutlined, GroupOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Select, theme } from "antd";
import { useTranslation } from "react-i18next";

import { Condition } from "./Condition";
import { made, MENU } from "./menu";
import { closed, grouped, isGroup, keyOf, modeOf, MODES, opened, type Place, type Rule } from "./tree";

interface Props {
  rule: Rule;
  onChange: (rule: Rule) => void;
  /** What is wrong, by the place of the part. */
  problems: ReadonlyMap<string, string>;
  /** Parts that lack something. */
  open: ReadonlySet<string>;
}

interface NodeProps extends Props {
  place: Place;
  number: string;
  depth: number;
  onRemove?: () => void;
  onCopy?: () => void;
}

const MOST_DEPTH = 12;

/** A rule as boxes in boxes: groups of which all, any or none have to hold, and conditions. */
export function Builder(props: Props) {
  return <Node {...props} place={[]} number="" depth={1} />;
}

function Node({ rule, onChange, place, ...rest }: NodeProps) {
  const { negated, inner } = opened(rule);
  const within = negated ? [...place, 0] : place;
  const key = keyOf(within);
  const problem = rest.problems.get(key) ?? rest.problems.get(keyOf(place));
  if (isGroup(inner)) return <GroupBox {...rest} rule={rule} onChange={onChange} place={place} problem={problem} />;
  return (
    <Condition
      leaf={inner}
      onChange={(next) => onChange(closed(next, negated))}
      negated={negated}
      onNegate={(now) => onChange(closed(inner, now))}
      onRemove={rest.onRemove ?? noop}
      onCopy={rest.onCopy ?? noop}
      problem={problem}
      open={rest.open.has(key)}
      number={rest.number}
    />
  );
}

const noop = (): void => undefined;

function GroupBox({ rule, onChange, place, number, depth, onRemove, problems, open, problem }: NodeProps & { problem?: string }) {
  const { t } = useTranslation("segments");
  const { token } = theme.useToken();
  const { negated, inner } = opened(rule);
  if (!isGroup(inner)) return null;
  const within = negated ? [...place, 0] : place;
  const mode = modeOf(inner, negated);
  const set = (of: Rule[]): void => onChange(grouped(of, mode));
  const lacking = open.has(keyOf(within));
  const label = number ? t("builder.group", { number }) : t("builder.whole");
  return (
    <section
      aria-label={label}
      style={{
        borderInlineStart: `3px solid ${problem ? token.colorError : lacking && depth > 1 ? token.colorWarning : token.colorPrimaryBorder}`,
        background: depth > 1 ? token.colorFillQuaternary : undefined,
        borderRadius: token.borderRadius,
        padding: depth > 1 ? 10 : "0 0 0 10px",
      }}
    >
      <Flex vertical gap="small">
        <Flex justify="space-between" align="center">
          <Select
            aria-label={t("builder.mode", { what: label })}
            value={mode}
            options={MODES.map((value) => ({ value, label: t(`mode.${value}`) }))}
            onChange={(next) => onChange(grouped(inner.of, next))}
            popupMatchSelectWidth={false}
            style={{ minWidth: 150 }}
          />
          {onRemove && <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("builder.removeGroup", { number })} onClick={onRemove} />}
        </Flex>
        {problem && <Alert type="error" showIcon title={problem} role="alert" />}
        {inner.of.map((part, index) => (
          <Node
            key={`${index} of ${inner.of.length}`}
            rule={part}
            place={[...within, index]}
            number={number ? `${number}.${index + 1}` : String(index + 1)}
            depth={depth + 1}
            problems={problems}
            open={open}
            onChange={(next) => set(inner.of.map((one, at) => (at === index ? next : one)))}
            onRemove={() => set(inner.of.filter((_, at) => at !== index))}
            onCopy={() => set([...inner.of.slice(0, index + 1), structuredClone(part), ...inner.of.slice(index + 1)])}
          />
        ))}
        <Flex gap="small" wrap>
          <AddCondition label={t("builder.addTo", { what: label })} onAdd={(leaf) => set([...inner.of, leaf])} />
          {depth < MOST_DEPTH && (
            <Button type="dashed" icon={<GroupOutlined />} onClick={() => set([...inner.of, { condition: inner.condition === "all" ? "any" : "all", of: [] }])}>
              {t("builder.addGroup")}
            </Button>
          )}
        </Flex>
      </Flex>
    </section>
  );
}

/** The menu of conditions, by theme, found by any word of theirs. */
function AddCondition({ label, onAdd }: { label: string; onAdd: (leaf: Rule) => void }) {
  const { t } = useTranslation("segments");
  const options = MENU.map(({ theme, entries }) => ({
    label: t(`theme.${theme}` as never),
    title: theme,
    options: entries.map(({ name }) => ({ value: name, label: t(`menu.${name}` as never), words: [t(`theme.${theme}` as never), t(`menu.${name}` as never), t(`alike.${name}` as never), name].join(" ").toLowerCase() })),
  }));
  return (
    <Select<string>
      aria-label={label}
      value={null}
      placeholder={t("builder.add")}
      options={options}
      showSearch={{ filterOption: (text, option) => Boolean(option && "words" in option && String(option.words).includes(text.toLowerCase())) }}
      onChange={(name) => {
        const leaf = made(name);
        if (leaf) onAdd(leaf);
      }}
      style={{ minWidth: 220 }}
      listHeight={420}
      popupMatchSelectWidth={false}
    />
  );
}
