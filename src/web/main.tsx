import "./zod-without-eval.ts";
import "@mantine/core/styles/default-css-variables.css";
import "@mantine/core/styles/baseline.css";
import "@mantine/core/styles/global.css";
import "@mantine/core/styles/UnstyledButton.css";
import "@mantine/core/styles/Button.css";
import "@mantine/core/styles/ActionIcon.css";
import "@mantine/core/styles/CloseButton.css";
import "@mantine/core/styles/Loader.css";
import "@mantine/core/styles/Input.css";
import "@mantine/core/styles/PasswordInput.css";
import "./theme.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { leaveWhenSessionEnds } from "./session/leave.ts";

const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no element with the id root.");
}
leaveWhenSessionEnds();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
