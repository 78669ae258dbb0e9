import { createTheme, localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { queries } from "./api/query-client.ts";
import { router } from "./router.tsx";

const Notices = lazy(async () => ({ default: (await import("./components/notices.tsx")).Notices }));

const theme = createTheme({
  primaryColor: "blue",
  primaryShade: 8,
  defaultRadius: 4,
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  fontFamilyMonospace: "var(--mono)",
  cursorType: "pointer",
  respectReducedMotion: true,
});

/** The same key as in public/color-scheme.js. */
const colourSchemes = localStorageColorSchemeManager({ key: "utm.color-scheme" });

export function App() {
  return (
    <MantineProvider theme={theme} colorSchemeManager={colourSchemes} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
      <Suspense fallback={null}>
        <Notices />
      </Suspense>
    </MantineProvider>
  );
}
