import "@mantine/core/styles/Notification.css";
import "@mantine/notifications/styles.css";
import { Notifications } from "@mantine/notifications";

/** Where messages appear that belong to no place on the page. Loaded after the page itself. */
export function Notices() {
  return <Notifications position="bottom-right" autoClose={6000} limit={4} />;
}
