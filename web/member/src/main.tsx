import { createRoot } from "react-dom/client";

import "./app/frame.css";
import { App } from "./app/App";
import { preferredLanguage, switchLanguage } from "./app/language";

const root = document.getElementById("root");
if (root) void switchLanguage(preferredLanguage()).then(() => createRoot(root).render(<App />));
