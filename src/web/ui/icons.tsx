import type { ReactNode } from "react";

/** Own icons: 16 px outlines in the colour of the text, never the only carrier of a meaning. */
function Icon({ children, className }: { children: ReactNode; className?: string | undefined }) {
  return (
    <svg
      aria-hidden="true"
      className={className}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      style={{ flex: "none" }}
    >
      {children}
    </svg>
  );
}

export function PendingIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="5.7" />
      <path d="M8 5v3.2l2 1.3" />
    </Icon>
  );
}

export function RunningIcon({ className }: { className?: string | undefined }) {
  return (
    <Icon className={className}>
      <circle cx="8" cy="8" r="5.7" opacity="0.3" />
      <path d="M8 2.3A5.7 5.7 0 0 1 13.7 8" />
    </Icon>
  );
}

export function SuspendedIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="5.7" />
      <path d="M6.4 6v4M9.6 6v4" />
    </Icon>
  );
}

export function CompletedIcon() {
  return (
    <Icon>
      <path d="M3 8.6l3.2 3.2L13 4.8" />
    </Icon>
  );
}

export function FailedIcon() {
  return (
    <Icon>
      <path d="M4 4l8 8M12 4l-8 8" />
    </Icon>
  );
}

export function KilledIcon() {
  return (
    <Icon>
      <rect x="4" y="4" width="8" height="8" rx="0.8" fill="currentColor" />
    </Icon>
  );
}

export function StopIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="5.7" />
      <rect x="6.2" y="6.2" width="3.6" height="3.6" fill="currentColor" />
    </Icon>
  );
}

export function DashboardIcon() {
  return (
    <Icon>
      <path d="M2.5 13.500h11M4 10.800V8.500M8 10.800V3M12 10.800V6" />
    </Icon>
  );
}

export function TasksIcon() {
  return (
    <Icon>
      <path d="M2.5 4h1M6 4h7.5M2.5 8h1M6 8h7.5M2.5 12h1M6 12h7.5" />
    </Icon>
  );
}

export function PlusIcon() {
  return (
    <Icon>
      <path d="M8 3v10M3 8h10" />
    </Icon>
  );
}

export function NodesIcon() {
  return (
    <Icon>
      <rect x="2.5" y="2.8" width="11" height="4.200" rx="1" />
      <rect x="2.5" y="9" width="11" height="4.200" rx="1" />
      <path d="M5 4.900h.01M5 11.100h.01" />
    </Icon>
  );
}

export function UsersIcon() {
  return (
    <Icon>
      <circle cx="6" cy="5.5" r="2.4" />
      <path d="M1.8 13c.3-2.5 2-3.8 4.2-3.8s3.9 1.3 4.2 3.800M10.5 3.300a2.3 2.3 0 0 1 0 4.400M12 9.500c1.3.5 2.1 1.7 2.3 3.5" />
    </Icon>
  );
}

export function SettingsIcon() {
  return (
    <Icon>
      <path d="M2 4.500h7M12.500 4.500h1.500M2 11.500h1.500M7 11.500h7" />
      <circle cx="10.8" cy="4.5" r="1.7" />
      <circle cx="5.2" cy="11.5" r="1.7" />
    </Icon>
  );
}

export function AccountIcon() {
  return (
    <Icon>
      <circle cx="8" cy="5.4" r="2.7" />
      <path d="M3 13.400c.4-2.7 2.4-4 5-4s4.6 1.3 5 4" />
    </Icon>
  );
}

export function LogOutIcon() {
  return (
    <Icon>
      <path d="M6.5 2.800H3v10.400h3.500M6.5 8H14M11.2 5.200L14 8l-2.8 2.8" />
    </Icon>
  );
}

export function KeyboardIcon() {
  return (
    <Icon>
      <rect x="1.5" y="4" width="13" height="8" rx="1.2" />
      <path d="M4 6.700h.01M6.7 6.700h.01M9.3 6.700h.01M12 6.700h.01M5 9.500h6" />
    </Icon>
  );
}

export function LightIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="2.7" />
      <path d="M8 1.500v1.400M8 13.100v1.400M1.5 8h1.400M13.1 8h1.400M3.4 3.400l1 1M11.6 11.600l1 1M12.6 3.400l-1 1M4.4 11.600l-1 1" />
    </Icon>
  );
}

export function DarkIcon() {
  return (
    <Icon>
      <path d="M13 9.700A5.5 5.5 0 0 1 6.3 3 5.5 5.5 0 1 0 13 9.700z" />
    </Icon>
  );
}

export function AutoSchemeIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.500v11a5.5 5.5 0 0 0 0-11z" fill="currentColor" />
    </Icon>
  );
}

export function BackIcon() {
  return (
    <Icon>
      <path d="M9.5 3.500L5 8l4.5 4.5" />
    </Icon>
  );
}

export function SidebarIcon() {
  return (
    <Icon>
      <rect x="2" y="3" width="12" height="10" rx="1.2" />
      <path d="M6.2 3v10" />
    </Icon>
  );
}

export function CopyIcon() {
  return (
    <Icon>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.2" />
      <path d="M10.5 5.500V3.700A1.2 1.2 0 0 0 9.3 2.500H3.700a1.2 1.2 0 0 0-1.2 1.200v5.600a1.2 1.2 0 0 0 1.2 1.200h1.8" />
    </Icon>
  );
}

export function DownloadIcon() {
  return (
    <Icon>
      <path d="M8 2.500v7.500M4.8 7L8 10.2 11.2 7M3 13.300h10" />
    </Icon>
  );
}

export function EndIcon() {
  return (
    <Icon>
      <path d="M8 2.500v8M4.8 7.300L8 10.500l3.2-3.200M3 13.500h10" />
    </Icon>
  );
}

export function SearchIcon() {
  return (
    <Icon>
      <circle cx="7" cy="7" r="4.2" />
      <path d="M10.2 10.200L13.5 13.5" />
    </Icon>
  );
}

export function EditIcon() {
  return (
    <Icon>
      <path d="M3 13l.6-2.700 7-7 2.100 2.100-7 7zM9.300 4.600l2.100 2.100" />
    </Icon>
  );
}

export function MoreIcon() {
  return (
    <Icon>
      <path d="M3.500 8h.01M8 8h.01M12.500 8h.01" strokeWidth="2.4" />
    </Icon>
  );
}

export function UpIcon() {
  return (
    <Icon>
      <path d="M3.500 10L8 5.500l4.500 4.500" />
    </Icon>
  );
}

export function DownIcon() {
  return (
    <Icon>
      <path d="M3.500 6L8 10.500 12.500 6" />
    </Icon>
  );
}

export function FullScreenIcon({ isFull }: { isFull: boolean }) {
  return (
    <Icon>
      {isFull ? (
        <path d="M6.5 2.5v4h-4M9.5 2.5v4h4M6.5 13.5v-4h-4M9.5 13.5v-4h4" />
      ) : (
        <path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />
      )}
    </Icon>
  );
}
