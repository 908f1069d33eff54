import { Flex } from "antd";
import { Fragment, type ReactNode } from "react";

const MARK = "\u0001";

/** What stands in the place of a value until a control takes it: `t("said.tag", marked("tag"))`. */
export function marked<Name extends string>(...names: Name[]): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, `${MARK}${name}${MARK}`])) as Record<Name, string>;
}

/** A sentence with controls in it, in the order of the language. */
export function Said({ text, parts }: { text: string; parts: Readonly<Record<string, ReactNode>> }) {
  return (
    <Flex gap={6} align="center" wrap>
      {text.split(MARK).map((piece, index) => {
        if (index % 2 === 1) return <Fragment key={index}>{parts[piece]}</Fragment>;
        return piece.trim() ? <span key={index}>{piece.trim()}</span> : null;
      })}
    </Flex>
  );
}
