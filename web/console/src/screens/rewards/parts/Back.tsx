import { ArrowLeftOutlined } from "@ant-design/icons";
import { Link } from "react-router";

/** Where one comes from. */
export function Back({ to, children }: { to: string; children: string }) {
  return (
    <Link to={to} style={{ display: "inline-block", marginBottom: 8 }}>
      <ArrowLeftOutlined aria-hidden /> {children}
    </Link>
  );
}
