import { createRoot } from "react-dom/client";

import "./app/frame.css";
import { App } from "./app/App";
import { preferredLanguage, switchLanguage } from "./app/language";
import { keepInvitation } from "./parts/invitation";

keepInvitation(location.search);

const root = document.getElementById("root");
if (root) void switchLanguage(preferredLanguage()).then(() => createRoot(root).render(<App />));
