import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { text } from "../text.ts";
import { Door } from "../ui/door.tsx";

export function NotFoundPage() {
  return (
    <Door product={text.product} title={text.notFound.title} context={text.notFound.body}>
      <Link to="/tasks">{text.notFound.link}</Link>
    </Door>
  );
}

/** What is left when a page throws: what happened, and a way out. */
export function CrashPage({ error }: { error: unknown }) {
  const message = error instanceof Error ? error.message : String(error);
  return (
    <Door product={text.product} title={text.crash.title} context={text.errors.unexpected(message)}>
      <Button onClick={() => window.location.reload()}>{text.crash.reload}</Button>
    </Door>
  );
}
