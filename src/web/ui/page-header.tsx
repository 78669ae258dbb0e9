import type { ReactNode } from "react";
import classes from "./page-header.module.css";

/** Top of a page: title, one line of context, actions on the right. */
export function PageHeader({
  title,
  context,
  actions,
  before,
}: {
  title: ReactNode;
  context?: ReactNode;
  actions?: ReactNode;
  before?: ReactNode;
}) {
  return (
    <header className={classes.header}>
      <div className={classes.words}>
        {before}
        <h1 className={classes.title}>{title}</h1>
        {context !== undefined && <div className={classes.context}>{context}</div>}
      </div>
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}
