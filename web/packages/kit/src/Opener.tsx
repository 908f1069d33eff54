import { Button, type ButtonProps } from "antd";

const READS_LIKE_TEXT = { padding: 0, height: "auto", whiteSpace: "normal", textAlign: "start", overflowWrap: "anywhere" } as const;

/** What is pressed to see more of a row: it looks like a link, and a long name goes on in the next line. */
export function Opener(props: ButtonProps) {
  return <Button type="link" style={READS_LIKE_TEXT} {...props} />;
}
