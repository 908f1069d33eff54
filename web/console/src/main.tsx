import "antd/dist/reset.css";
import "./app/frame.css";

import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { preferredLanguage, switchLanguage } from "./app/language";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await switchLanguage(preferredLanguage());
createRoot(root).render(<App />);
